using System.Globalization;
using Xen.XenStore;

namespace Xen.Toolstack.Libxl;

/// <summary>The names of domains: they live in the store, and every name belongs to one domain at most.</summary>
public sealed class DomainNames(LibxlContext context)
{
    /// <summary>libxl_domid_to_name; null when the store has none.</summary>
    public string? Of(int domid, uint transaction = StoreAccess.NoTransaction) =>
        context.Xs.Read(transaction, StorePath.DomainHome(domid) + "/name");

    /// <summary>libxl_name_to_domid.</summary>
    public LibxlError Find(string name, out int domid, uint transaction = StoreAccess.NoTransaction)
    {
        domid = -1;
        foreach (var info in context.ListDomains())
        {
            var known = Of(info.Domid, transaction);
            if (known is null) continue;
            if (known == name)
            {
                domid = info.Domid;
                return LibxlError.Ok;
            }
        }
        return LibxlError.Invalid;
    }

    /// <summary>libxl_domain_qualifier_to_domid: a number, or a name.</summary>
    public LibxlError Resolve(string qualifier, out int domid)
    {
        if (int.TryParse(qualifier, NumberStyles.None, CultureInfo.InvariantCulture, out domid)) return LibxlError.Ok;
        return Find(qualifier, out domid);
    }

    /// <summary>libxl__domain_rename: refuses a name that another domain has.</summary>
    public LibxlError Set(uint transaction, int domid, string name)
    {
        if (Find(name, out var other, transaction) == LibxlError.Ok && other != domid)
        {
            context.Log.Error(domid, $"domain with name \"{name}\" already exists.");
            return LibxlError.Invalid;
        }
        return context.Xs.Write(transaction, StorePath.DomainHome(domid) + "/name", name);
    }
}
