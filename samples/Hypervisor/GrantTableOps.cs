namespace Xen.Hypervisor;

/// <summary>One element of GNTTABOP_map_grant_ref: the question and, after the call, the answer.</summary>
public sealed class MapGrantRef(int domid, uint reference, GrantMapFlags flags)
{
    public int Domid { get; } = domid;

    public uint Reference { get; } = reference;

    public GrantMapFlags Flags { get; } = flags;

    public GrantStatus Status { get; internal set; } = GrantStatus.GeneralError;

    public uint Handle { get; internal set; }

    /// <summary>The granted page in the caller's address space.</summary>
    public MappedPage? Page { get; internal set; }
}

/// <summary>One element of GNTTABOP_unmap_grant_ref. The page names the address that the handle was mapped at.</summary>
public sealed class UnmapGrantRef(uint handle, MappedPage? page)
{
    public uint Handle { get; } = handle;

    public MappedPage? Page { get; } = page;

    public GrantStatus Status { get; internal set; } = GrantStatus.GeneralError;
}

/// <summary>One side of a grant copy: a reference of a domain, or a frame of the caller's own.</summary>
public readonly record struct GrantCopySide(int Domid, ulong ReferenceOrFrame, bool IsReference, int Offset)
{
    public static GrantCopySide Grant(int domid, uint reference, int offset) => new(domid, reference, true, offset);

    public static GrantCopySide Own(ulong mfn, int offset) => new(DomId.Self, mfn, false, offset);
}

/// <summary>One element of GNTTABOP_copy.</summary>
public sealed class GrantCopy(GrantCopySide source, GrantCopySide destination, int length)
{
    public GrantCopySide Source { get; } = source;

    public GrantCopySide Destination { get; } = destination;

    public int Length { get; } = length;

    public GrantStatus Status { get; internal set; } = GrantStatus.GeneralError;
}

/// <summary>HYPERVISOR_grant_table_op. Batches report per element; the call itself answers 0.</summary>
public sealed class GrantTableOps
{
    private readonly Host host;

    internal GrantTableOps(Host host) => this.host = host;

    /// <summary>Makes the table at least <paramref name="frames"/> pages long.</summary>
    public GrantStatus SetupTable(Domain caller, int domid, int frames)
    {
        host.Hypercall(caller, $"gnttab setup_table {domid} {frames}");
        var domain = host.Resolve(caller, domid);
        if (domain is null)
        {
            return GrantStatus.BadDomain;
        }

        if (domain != caller && !caller.Privileged)
        {
            return GrantStatus.PermissionDenied;
        }

        return domain.GrantTable.Grow(frames) ? GrantStatus.Okay : GrantStatus.GeneralError;
    }

    public int Map(Domain caller, params IReadOnlyList<MapGrantRef> operations)
    {
        host.Hypercall(caller, $"gnttab map x{operations.Count}");
        foreach (var operation in operations)
        {
            operation.Status = MapOne(caller, operation);
        }

        Tell(caller, operations, operation => operation.Status == GrantStatus.Okay ? $"mapped {operation.Handle}" : $"mapped {operation.Status}");

        return 0;
    }

    public int Unmap(Domain caller, params IReadOnlyList<UnmapGrantRef> operations)
    {
        host.Hypercall(caller, $"gnttab unmap x{operations.Count}");
        foreach (var operation in operations)
        {
            operation.Status = UnmapOne(caller, operation);
        }

        Tell(caller, operations, operation => operation.Status == GrantStatus.Okay ? null : $"unmapped {operation.Status}");

        return 0;
    }

    public int Copy(Domain caller, params IReadOnlyList<GrantCopy> operations)
    {
        host.Hypercall(caller, $"gnttab copy x{operations.Count}");
        foreach (var operation in operations)
        {
            operation.Status = CopyOne(caller, operation);
        }

        Tell(caller, operations, operation => operation.Status == GrantStatus.Okay ? null : $"copied {operation.Status}");

        return 0;
    }

    /// <summary>Answers that say more than that all was done.</summary>
    private void Tell<T>(Domain caller, IReadOnlyList<T> operations, Func<T, string?> answer)
    {
        if (host.Simulation.Tap is null)
        {
            return;
        }

        foreach (var operation in operations)
        {
            if (answer(operation) is { } text)
            {
                host.Simulation.Tap?.Answer(host, caller, text);
            }
        }
    }

    /// <summary>Undoes all mappings that a domain made: part of its destruction.</summary>
    internal static void ReleaseMappings(Domain domain)
    {
        foreach (var mapping in domain.GrantTable.Maptrack)
        {
            if (mapping.InUse)
            {
                Release(mapping);
            }
        }
    }

    internal static void ReleaseHeldBy(Component process)
    {
        foreach (var mapping in process.Domain?.GrantTable.Maptrack ?? [])
        {
            if (mapping.InUse && mapping.Holder == process)
            {
                Release(mapping);
            }
        }
    }

    private GrantStatus MapOne(Domain caller, MapGrantRef operation)
    {
        if ((operation.Flags & (GrantMapFlags.DeviceMap | GrantMapFlags.HostMap)) == 0)
        {
            return GrantStatus.BadGntref;
        }

        var granter = host.Resolve(caller, operation.Domid);
        if (granter is null)
        {
            return GrantStatus.BadDomain;
        }

        if (!host.Options.MayMapGrants(caller, granter))
        {
            return GrantStatus.PermissionDenied;
        }

        var table = granter.GrantTable;
        if (operation.Reference >= table.EntryCount)
        {
            return GrantStatus.BadGntref;
        }

        var mapping = caller.GrantTable.AllocateMaptrack();
        if (mapping is null)
        {
            return GrantStatus.NoSpace;
        }

        var readOnly = (operation.Flags & GrantMapFlags.ReadOnly) != 0;
        var status = Acquire(caller, granter, operation.Reference, readOnly);
        if (status != GrantStatus.Okay)
        {
            mapping.InUse = false;
            return status;
        }

        var pins = table.Active(operation.Reference);
        CountPins(pins, operation.Flags, 1);
        host.Memory.Reference(pins.Mfn);
        mapping.Granter = granter;
        mapping.Reference = operation.Reference;
        mapping.Flags = operation.Flags;
        mapping.Page = new MappedPage(host.Memory, pins.Mfn, !readOnly);
        mapping.Holder = host.Simulation.Current is { Containment: Containment.Process } process && process.Domain == caller ? process : null;
        host.Simulation.Tap?.Map(host.Memory, pins.Mfn, granter, operation.Reference);
        operation.Handle = mapping.Handle;
        operation.Page = mapping.Page;
        return GrantStatus.Okay;
    }

    // The first pin of a kind checks the owner's entry and marks it; later ones rely on what the first one found.
    private GrantStatus Acquire(Domain caller, Domain granter, uint reference, bool readOnly)
    {
        var table = granter.GrantTable;
        var pins = table.Active(reference);
        if (pins.Total > 0 && pins.Domid != caller.Id)
        {
            return GrantStatus.GeneralError;
        }

        if (pins.Total > 0 && (readOnly || pins.Writers > 0))
        {
            return GrantStatus.Okay;
        }

        var flags = table.FlagsOf(reference);
        if ((flags & GrantEntryFlags.TypeMask) != GrantEntryFlags.PermitAccess || table.DomidOf(reference) != caller.Id)
        {
            return GrantStatus.GeneralError;
        }

        if (!readOnly && (flags & GrantEntryFlags.ReadOnly) != 0)
        {
            return GrantStatus.GeneralError;
        }

        ulong mfn = table.FrameOf(reference);
        if (host.Memory.OwnerOf(mfn) != granter)
        {
            return GrantStatus.BadPage;
        }

        if (pins.Total == 0)
        {
            pins.Domid = caller.Id;
            pins.Mfn = mfn;
        }

        table.SetFlags(reference, readOnly ? GrantEntryFlags.Reading : GrantEntryFlags.Reading | GrantEntryFlags.Writing, 0);
        return GrantStatus.Okay;
    }

    private static GrantStatus UnmapOne(Domain caller, UnmapGrantRef operation)
    {
        var maptrack = caller.GrantTable.Maptrack;
        if (operation.Handle >= maptrack.Count || !maptrack[(int)operation.Handle].InUse)
        {
            return GrantStatus.BadHandle;
        }

        var mapping = maptrack[(int)operation.Handle];
        if (operation.Page is null || operation.Page != mapping.Page)
        {
            return GrantStatus.BadVirtAddr;
        }

        Release(mapping);
        return GrantStatus.Okay;
    }

    private static void Release(Maptrack mapping)
    {
        var granter = mapping.Granter!;
        var table = granter.GrantTable;
        var pins = table.Active(mapping.Reference);
        CountPins(pins, mapping.Flags, -1);
        mapping.Page!.Revoke();
        mapping.InUse = false;
        mapping.Granter = null;
        mapping.Page = null;
        mapping.Holder = null;
        ClearMarks(table, mapping.Reference, pins);

        // Last, because the granter may be a zombie that this was the only thing to keep.
        granter.Host.Memory.Unreference(pins.Mfn);
    }

    private static void ClearMarks(GrantTable table, uint reference, GrantPins pins)
    {
        var clear = GrantEntryFlags.Invalid;
        if (pins.Writers == 0)
        {
            clear |= GrantEntryFlags.Writing;
        }

        if (pins.Total == 0)
        {
            clear |= GrantEntryFlags.Reading;
        }

        if (clear != 0)
        {
            table.SetFlags(reference, 0, clear);
        }
    }

    private static void CountPins(GrantPins pins, GrantMapFlags flags, int by)
    {
        var readOnly = (flags & GrantMapFlags.ReadOnly) != 0;
        if ((flags & GrantMapFlags.HostMap) != 0)
        {
            pins.HostRead += readOnly ? by : 0;
            pins.HostWrite += readOnly ? 0 : by;
        }

        if ((flags & GrantMapFlags.DeviceMap) != 0)
        {
            pins.DeviceRead += readOnly ? by : 0;
            pins.DeviceWrite += readOnly ? 0 : by;
        }
    }

    private GrantStatus CopyOne(Domain caller, GrantCopy operation)
    {
        var source = operation.Source;
        var destination = operation.Destination;
        if (operation.Length < 0 || !Fits(source, operation.Length) || !Fits(destination, operation.Length))
        {
            return GrantStatus.BadCopyArg;
        }

        if ((source.Domid != DomId.Self && !source.IsReference) || (destination.Domid != DomId.Self && !destination.IsReference))
        {
            return GrantStatus.PermissionDenied;
        }

        var status = CopyFrame(caller, source, readOnly: true, out var from);
        if (status != GrantStatus.Okay)
        {
            return status;
        }

        status = CopyFrame(caller, destination, readOnly: false, out var to);
        if (status == GrantStatus.Okay)
        {
            host.Memory.Bytes(from).AsSpan(source.Offset, operation.Length).CopyTo(host.Memory.Bytes(to).AsSpan(destination.Offset));
            host.Simulation.Tap?.Copy(caller, host.Memory.OwnerOf(from), host.Memory.OwnerOf(to), host.Memory.Bytes(to).AsSpan(destination.Offset, operation.Length));
        }

        EndCopy(caller, destination, status == GrantStatus.Okay);
        EndCopy(caller, source, true);
        return status;
    }

    private static bool Fits(GrantCopySide side, int length) => side.Offset >= 0 && side.Offset + length <= MachineMemory.PageSize;

    private GrantStatus CopyFrame(Domain caller, GrantCopySide side, bool readOnly, out ulong mfn)
    {
        mfn = 0;
        if (!side.IsReference)
        {
            if (host.Memory.OwnerOf(side.ReferenceOrFrame) != caller)
            {
                return GrantStatus.BadPage;
            }

            mfn = side.ReferenceOrFrame;
            return GrantStatus.Okay;
        }

        var granter = host.Resolve(caller, side.Domid);
        if (granter is null)
        {
            return GrantStatus.BadDomain;
        }

        if (side.ReferenceOrFrame >= (ulong)granter.GrantTable.EntryCount)
        {
            return GrantStatus.BadGntref;
        }

        var reference = (uint)side.ReferenceOrFrame;
        var status = Acquire(caller, granter, reference, readOnly);
        if (status == GrantStatus.Okay)
        {
            mfn = granter.GrantTable.Active(reference).Mfn;
        }

        return status;
    }

    // A copy pins its grants only while it runs: the marks fall again unless a mapping holds them too.
    private void EndCopy(Domain caller, GrantCopySide side, bool acquired)
    {
        if (acquired && side.IsReference && host.Resolve(caller, side.Domid) is { } granter)
        {
            var reference = (uint)side.ReferenceOrFrame;
            ClearMarks(granter.GrantTable, reference, granter.GrantTable.Active(reference));
        }
    }
}
