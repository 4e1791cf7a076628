namespace Xen.Hypervisor;

/// <summary>
/// What is read and written in other domains' memory through mappings by privilege. The machine has no message for it, so an onlooker is told one for each domain
/// and handler: when the handler ends, or calls another component.
/// </summary>
internal sealed class ForeignMemory(SimulationTap tap)
{
    private readonly List<Access> accesses = [];
    private long turn = 1;

    private sealed class Access(Component? by, Domain of)
    {
        public Component? By { get; } = by;

        public Domain Of { get; } = of;

        public int Read { get; set; }

        public ulong ReadHash { get; set; }

        public List<byte[]> Written { get; } = [];
    }

    /// <summary>A mapping of a page of another domain: its first read and its first write in each handler count.</summary>
    internal sealed class Page(ForeignMemory memory, Domain of)
    {
        private long readIn;
        private long writtenIn;

        internal void Read(byte[] bytes)
        {
            if (readIn != memory.turn)
            {
                readIn = memory.turn;
                var access = memory.In(of);
                access.Read++;
                access.ReadHash = SimulationTap.Hash(bytes, access.ReadHash);
            }
        }

        internal void Write(byte[] bytes)
        {
            if (writtenIn != memory.turn)
            {
                writtenIn = memory.turn;
                memory.In(of).Written.Add(bytes);
            }
        }
    }

    /// <summary>Tells of what was read, as the owner's word, and of what was written, as it is now.</summary>
    public void Tell()
    {
        if (accesses.Count == 0)
        {
            return;
        }

        foreach (var access in accesses)
        {
            var (by, of) = (tap.NameOrNone(access.By), tap.NameOf(access.Of.Kernel));
            if (access.Read > 0)
            {
                tap.Send(of, by, SimulationTap.MemoryKind, $"read {access.Read} pages {access.ReadHash:x16}");
            }

            if (access.Written.Count > 0)
            {
                tap.Send(by, of, SimulationTap.MemoryKind, $"write {access.Written.Count} pages {access.Written.Aggregate(0UL, (hash, bytes) => SimulationTap.Hash(bytes, hash)):x16}");
            }
        }

        accesses.Clear();
        turn++;
    }

    private Access In(Domain of)
    {
        var by = of.Host.Simulation.Current;
        var access = accesses.Find(each => each.By == by && each.Of == of);
        if (access is null)
        {
            accesses.Add(access = new Access(by, of));
        }

        return access;
    }
}
