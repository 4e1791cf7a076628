using System.Globalization;

namespace Xen.Guests;

/// <summary>What a guest does: the lines `key=value` in its kernel image, overridden word by word by the kernel's command line.</summary>
public sealed record GuestManifest
{
    /// <summary>Only a heartbeat.</summary>
    public const string NoWorkload = "none";

    /// <summary>Checksummed blocks on every disk.</summary>
    public const string ChecksummedBlocks = "checksummed-blocks";

    /// <summary>Runs back-ends for other domains.</summary>
    public const string DriverDomain = "driver-domain";

    /// <summary>Serves objects over the network.</summary>
    public const string ObjectServer = "object-server";

    /// <summary>Asks a server for objects.</summary>
    public const string ObjectClient = "object-client";

    /// <summary>A key-value store with a write-ahead log on every disk.</summary>
    public const string KeyValue = "key-value";

    /// <summary>A stateful service that answers requests.</summary>
    public const string StatefulService = "service";

    public string Workload { get; init; } = NoWorkload;

    /// <summary>How many network cards the guest waits for.</summary>
    public int Nics { get; init; }

    /// <summary>The address of the first card; each further one has the next.</summary>
    public string Ip { get; init; } = "";

    /// <summary>Whom a client asks.</summary>
    public string Server { get; init; } = "";

    /// <summary>What a client asks for, in requests.</summary>
    public int Requests { get; init; } = 20;

    public ulong Seed { get; init; } = 1;

    /// <summary>How many blocks of 4 KiB are written per disk; a smaller disk is filled.</summary>
    public int Blocks { get; init; } = 64;

    /// <summary>How often all of them are rewritten.</summary>
    public int Rounds { get; init; } = 1;

    /// <summary>Requests under way at a time.</summary>
    public int QueueDepth { get; init; } = 4;

    /// <summary>Reads and writes of a key-value store, after which it rests.</summary>
    public int Operations { get; init; }

    /// <summary>Pages of memory that are filled with patterns and looked at.</summary>
    public int Patterns { get; init; }

    /// <summary>Not 0: computes without end.</summary>
    public int Burn { get; init; }

    /// <summary>Milliseconds between two signs of life on the console; 0 for none.</summary>
    public int ConsoleBeatMs { get; init; }

    /// <summary>How a service is built, as <see cref="ServiceOptions"/> reads it.</summary>
    public string Service { get; init; } = "";

    /// <summary>How many disks the guest waits for.</summary>
    public int Disks { get; init; }

    /// <summary>Reads the manifest out of a kernel image and the words of a command line. Words that mean nothing are ignored, as kernels do.</summary>
    public static GuestManifest Parse(string image, string commandLine)
    {
        var manifest = new GuestManifest();
        foreach (var word in image.Split('\n').Concat(commandLine.Split(' ')))
        {
            var equals = word.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
            {
                manifest = manifest.With(word[..equals], word[(equals + 1)..].Trim());
            }
        }

        return manifest;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"workload={Workload}\nseed={Seed}\nblocks={Blocks}\nrounds={Rounds}\ndepth={QueueDepth}\ndisks={Disks}\n"
        + $"ops={Operations}\npatterns={Patterns}\nbeat={ConsoleBeatMs}\nburn={Burn}\n"
        + $"nics={Nics}\nip={Ip}\nserver={Server}\nrequests={Requests}\n")
        + (Service.Length > 0 ? $"service={Service}\n" : "");

    private GuestManifest With(string key, string value)
    {
        if (key == "workload")
        {
            return this with { Workload = value };
        }

        if (key == "ip")
        {
            return this with { Ip = value };
        }

        if (key == "server")
        {
            return this with { Server = value };
        }

        if (key == "service")
        {
            return this with { Service = value };
        }

        if (!ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return this;
        }

        return key switch
        {
            "seed" => this with { Seed = number },
            "blocks" => this with { Blocks = (int)Math.Min(number, 1 << 20) },
            "rounds" => this with { Rounds = (int)Math.Min(number, 1000) },
            "depth" => this with { QueueDepth = (int)Math.Clamp(number, 1, 64) },
            "ops" => this with { Operations = (int)Math.Min(number, 1_000_000) },
            "patterns" => this with { Patterns = (int)Math.Min(number, 1 << 20) },
            "burn" => this with { Burn = (int)Math.Min(number, 1) },
            "beat" => this with { ConsoleBeatMs = (int)Math.Min(number, 1_000_000) },
            "disks" => this with { Disks = (int)Math.Min(number, 16) },
            "nics" => this with { Nics = (int)Math.Min(number, 8) },
            "requests" => this with { Requests = (int)Math.Min(number, 100_000) },
            _ => this,
        };
    }
}
