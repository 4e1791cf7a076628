namespace Xen.XenWorkloads.Rendezvous;

/// <summary>Fields with their new values, null for those that are no more; mostly there are none or a few, and they are told in the order of their names.</summary>
internal sealed class ChangedFields
{
    private Dictionary<string, string?>? values;

    public int Count => values?.Count ?? 0;

    /// <summary>The value of a field, which may have had another in the same step.</summary>
    public string? this[string field]
    {
        set => (values ??= new(StringComparer.Ordinal))[field] = value;
    }

    /// <summary>The fields in the order of their names.</summary>
    public IEnumerable<(string Field, string? Value)> InOrder
    {
        get
        {
            if (values is null) yield break;
            var names = new List<string>(values.Keys);
            names.Sort(StringComparer.Ordinal);
            foreach (var name in names) yield return (name, values[name]);
        }
    }
}
