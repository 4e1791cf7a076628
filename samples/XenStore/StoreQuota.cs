namespace Xen.XenStore;

/// <summary>What an unprivileged domain may use of the daemon. Dom0 has no quota.</summary>
public sealed class StoreQuota
{
    private readonly SortedDictionary<string, int> limits = new(StringComparer.Ordinal)
    {
        ["memory"] = 2_621_440,
        ["node-size"] = 2048,
        ["nodes"] = 1000,
        ["outstanding"] = 20,
        ["path-max"] = StorePath.MaxLength,
        ["permissions"] = 5,
        ["transaction-nodes"] = 1024,
        ["transactions"] = 10,
        ["watches"] = 128,
    };

    private readonly SortedDictionary<string, int> soft = new(StringComparer.Ordinal)
    {
        ["memory"] = 2_097_152,
    };

    public int Nodes => limits["nodes"];
    public int Watches => limits["watches"];
    public int Transactions => limits["transactions"];
    public int TransactionNodes => limits["transaction-nodes"];
    public int NodeSize => limits["node-size"];
    public int PathMax => limits["path-max"];
    public int Permissions => limits["permissions"];

    /// <summary>Requests that were read and whose replies, or the events they caused, nobody has taken yet.</summary>
    public int Outstanding => limits["outstanding"];

    /// <summary>The bytes of nodes, watches and unread messages that are kept for a domain.</summary>
    public int Memory => limits["memory"];

    /// <summary>From here on the daemon warns.</summary>
    public int SoftMemory => soft["memory"];

    public IEnumerable<KeyValuePair<string, int>> All => limits;

    public IEnumerable<KeyValuePair<string, int>> Soft => soft;

    /// <summary>Changes one limit; false when there is none of that name.</summary>
    public bool Set(string name, int value) => Set(limits, name, value);

    /// <summary>Changes from where on the daemon warns.</summary>
    public bool SetSoft(string name, int value) => Set(soft, name, value);

    private static bool Set(SortedDictionary<string, int> of, string name, int value)
    {
        if (!of.ContainsKey(name)) return false;
        of[name] = value;
        return true;
    }
}
