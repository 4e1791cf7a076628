namespace Xen.XenStore;

/// <summary>What an unprivileged domain may use of the daemon. Dom0 has no quota.</summary>
public sealed class StoreQuota
{
    private readonly SortedDictionary<string, int> limits = new(StringComparer.Ordinal)
    {
        ["nodes"] = 1000,
        ["watches"] = 128,
        ["transactions"] = 10,
        ["transaction-nodes"] = 1024,
        ["node-size"] = 2048,
        ["path-max"] = StorePath.MaxLength,
        ["permissions"] = 5,
    };

    public int Nodes => limits["nodes"];
    public int Watches => limits["watches"];
    public int Transactions => limits["transactions"];
    public int TransactionNodes => limits["transaction-nodes"];
    public int NodeSize => limits["node-size"];
    public int PathMax => limits["path-max"];
    public int Permissions => limits["permissions"];

    public IEnumerable<KeyValuePair<string, int>> All => limits;

    /// <summary>Changes one limit; false when there is none of that name.</summary>
    public bool Set(string name, int value)
    {
        if (!limits.ContainsKey(name)) return false;
        limits[name] = value;
        return true;
    }
}
