using Xen.Drivers;
using Xen.Hypervisor;

namespace Xen.Guests;

// What the key-value store does on its disk.
public sealed partial class KeyValueStore
{
    private StoreWitness Witness => kernel.Witness;

    // A group of writes: all their log blocks at once, one flush, then they are acknowledged.
    private void Put(int count)
    {
        var group = new List<(int Key, uint Sequence, ulong Version)>();
        var writes = new List<(int Block, KeyValueBlock Content)>();
        for (var i = 0; i < count; i++)
        {
            var key = random.Below(versions.Length);
            var sequence = next++;
            var version = ((ulong)epoch << EpochShift) | sequence;
            lengths[key] = 16 + random.Below(KeyValueBlock.MaxLength - 16);
            Witness.Issue(kernel.Component, seed, key, version);
            group.Add((key, sequence, version));
            writes.Add((LogBlock(sequence), new KeyValueBlock(KeyValueBlockKind.Log, version, key, lengths[key])));
        }

        WriteAll(writes, () => Flush(() =>
        {
            foreach (var (key, sequence, version) in group)
            {
                versions[key] = version;
                inLog[key] = sequence;
                Witness.Acknowledge(kernel.Component, seed, key, version);
            }

            operations += count;
            Think();
        }));
    }

    private void Get(int key) => ReadKey(key, () =>
    {
        operations++;
        Think();
    });

    // Reads a key from where its latest version is, and looks at it.
    private void ReadKey(int key, Action then)
    {
        var block = inLog.TryGetValue(key, out var sequence) ? LogBlock(sequence) : FirstTableBlock + key;
        ReadBlock(block, (found, wrong) =>
        {
            var version = found?.Version ?? 0;
            if (wrong is not null)
            {
                Fail(wrong);
            }
            else if (version != versions[key] || (found is not null && found.Value.Key != key))
            {
                Fail($"key {key} has version {version:x} where {versions[key]:x} was written");
            }
            else
            {
                then();
            }
        });
    }

    private void VerifyAll()
    {
        var key = 0;
        void One()
        {
            if (stopped || verified is null)
            {
                running = false;
                return;
            }

            if (key == versions.Length)
            {
                Verified();
                Next();
                return;
            }

            ReadKey(key++, One);
        }

        One();
    }

    // Brings the table up to date, then moves the beginning of the log. In that order, with a flush between.
    private void Checkpoint(Action then)
    {
        var writes = new List<(int Block, KeyValueBlock Content)>();
        foreach (var key in inLog.Keys)
        {
            writes.Add((FirstTableBlock + key, new KeyValueBlock(KeyValueBlockKind.Table, versions[key], key, lengths[key])));
        }

        WriteAll(writes, () => Flush(() =>
        {
            inLog.Clear();
            tail = next;
            WriteSuper(then);
        }));
    }

    private void WriteSuper(Action then)
    {
        var content = new KeyValueBlock(KeyValueBlockKind.Super, ((ulong)epoch << EpochShift) | tail, 0, 0);
        WriteAll([(SuperBlock, content)], () => Flush(then));
    }

    // After a start: the table, then what the log has beyond it. A new epoch keeps leftovers of the old log from being replayed later.
    private void Recover() => ReadBlock(SuperBlock, (super, wrong) =>
    {
        if (wrong is not null)
        {
            Fail(wrong);
            return;
        }

        if (super is { } known)
        {
            epoch = (uint)(known.Version >> EpochShift);
            tail = (uint)known.Version;
            next = tail;
            ReadTable(0);
            return;
        }

        epoch = 1;
        WriteSuper(CheckRecovered);
    });

    private void ReadTable(int key)
    {
        if (key == versions.Length)
        {
            ReplayLog();
            return;
        }

        ReadBlock(FirstTableBlock + key, (found, wrong) =>
        {
            // A crash in the middle of a checkpoint may tear a block of the table: then the log still has what it should hold.
            if (wrong is null && found is { } entry)
            {
                versions[key] = entry.Version;
                lengths[key] = entry.Length;
            }

            ReadTable(key + 1);
        });
    }

    private void ReplayLog() => ReadBlock(LogBlock(next), (found, wrong) =>
    {
        var expected = ((ulong)epoch << EpochShift) | next;
        if (wrong is null && found is { Kind: KeyValueBlockKind.Log } record && record.Version == expected
            && record.Key < versions.Length && next - tail < (uint)logBlocks)
        {
            if (record.Version > versions[record.Key])
            {
                Replayed++;
            }

            versions[record.Key] = record.Version;
            lengths[record.Key] = record.Length;
            inLog[record.Key] = next;
            next++;
            ReplayLog();
            return;
        }

        Checkpoint(() =>
        {
            epoch++;
            WriteSuper(CheckRecovered);
        });
    });

    private void CheckRecovered()
    {
        for (var key = 0; key < versions.Length; key++)
        {
            if (Witness.Check(kernel.Component, seed, key, versions[key]) is { } wrong)
            {
                Fail(wrong);
                return;
            }
        }

        Think();
    }

    private int LogBlock(uint sequence) => FirstLogBlock + (int)(sequence % (uint)logBlocks);

    private void WriteAll(List<(int Block, KeyValueBlock Content)> writes, Action then)
    {
        if (writes.Count == 0)
        {
            then();
            return;
        }

        var pending = writes.Count;
        foreach (var (block, content) in writes)
        {
            var page = AllocatePage();
            content.Fill(page.Write, seed, block);
            Submit(BlockOperation.Write, block, page, error =>
            {
                kernel.Pages!.Release(page);
                if (error != 0)
                {
                    Fail($"write of block {block}: {Errno.Name(error)}");
                    return;
                }

                pending--;
                if (pending == 0)
                {
                    then();
                }
            });
        }
    }

    private void ReadBlock(int block, Action<KeyValueBlock?, string?> then)
    {
        var page = AllocatePage();
        Submit(BlockOperation.Read, block, page, error =>
        {
            string? wrong = null;
            var found = error == 0 ? KeyValueBlock.Read(page.Read, seed, block, out wrong) : null;
            kernel.Pages!.Release(page);
            if (error != 0)
            {
                Fail($"read of block {block}: {Errno.Name(error)}");
                return;
            }

            then(found, wrong);
        });
    }

    private void Flush(Action then) => Submit(BlockOperation.Flush, 0, null, error =>
    {
        // A disk without a cache needs no flush and says so.
        if (error != 0 && error != -Errno.EOPNOTSUPP)
        {
            Fail($"flush: {Errno.Name(error)}");
            return;
        }

        then();
    });

    private MappedPage AllocatePage() => kernel.Pages!.Allocate() ?? throw new GuestPanicException("Out of memory");

    private void Submit(BlockOperation operation, int block, MappedPage? page, Action<int> done)
    {
        if (disk is null)
        {
            done(-Errno.ENODEV);
            return;
        }

        outstanding++;
        Watch();
        List<BlockSegment> segments = page is null ? [] : [new BlockSegment(page, 0, KeyValueBlock.Size)];
        disk.Submit(new BlkRequest(operation, (long)block * SectorsPerBlock, segments, error =>
        {
            outstanding--;
            Watch();
            if (problem is null && !stopped)
            {
                done(error);
            }
        }));
    }

    private void Watch()
    {
        watchdog?.Cancel();
        watchdog = outstanding == 0 || Ended
            ? null
            : Simulation.After(LostAfterNs, kernel.Component, "disk watchdog", () => Fail($"{outstanding} requests without an answer"));
    }
}
