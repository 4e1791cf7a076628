using Xen.Drivers;

namespace Xen.Guests;

// Stopping, and going on in another domain.
public sealed partial class ChecksummedBlocks
{
    public override void Freeze(Action frozen)
    {
        this.frozen = true;
        frozenDone = frozen;
        CheckFrozen();
    }

    public override void Thaw()
    {
        frozen = false;
        frozenDone = null;
        if (!Ended)
        {
            Pump();
        }
    }

    /// <summary>The disk of a workload that a suspended kernel has left.</summary>
    public void Attach(Blkfront frontend)
    {
        disk = frontend;
        Thaw();
    }

    public override void Save(GuestState state)
    {
        state.Write(VirtualDevice);
        state.Write(Blocks);
        state.Write(epoch);
        state.Write(sequence);
        state.Write(reading ? 1 : 0);
        state.Write((int)Outcome);
        state.Write(Detail);
        foreach (var digest in digests)
        {
            state.Write((long)digest);
        }

        state.Write(todo.Count);
        foreach (var (first, count) in todo)
        {
            state.Write(first);
            state.Write(count);
        }
    }

    /// <summary>The workload that a suspended kernel has left behind; it goes on as soon as it has its disk again.</summary>
    public static ChecksummedBlocks Load(GuestKernel kernel, GuestState state)
    {
        var device = (int)state.Read();
        var blocks = new ChecksummedBlocks(kernel, device, (int)state.Read())
        {
            epoch = (uint)state.Read(),
            sequence = (uint)state.Read(),
            reading = state.Read() != 0,
            Outcome = (DiskOutcome)state.Read(),
            Detail = state.ReadText(),
            frozen = true,
        };
        for (var i = 0; i < blocks.digests.Length; i++)
        {
            blocks.digests[i] = (ulong)state.Read();
        }

        for (var count = state.Read(); count > 0; count--)
        {
            blocks.todo.Enqueue(((int)state.Read(), (int)state.Read()));
        }

        return blocks;
    }

    private void CheckFrozen()
    {
        if (frozen && outstanding == 0 && frozenDone is { } done)
        {
            frozenDone = null;
            done();
        }
    }
}
