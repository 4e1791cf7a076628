using System.Collections.Concurrent;
using System.Reflection;
using Xen.Guests;
using Xen.Toolstack.Xl;

namespace Xen.XenWorkloads.Rendezvous;

/// <summary>A field of a component's state.</summary>
/// <param name="Info">How it is read.</param>
/// <param name="Name">As its programmer knows it.</param>
/// <param name="IsPlain">Whatever it holds cannot change inside.</param>
internal sealed record StateField(FieldInfo Info, string Name, bool IsPlain)
{
    /// <summary>As the runtime knows it, behind the type that declares it, which may be generic.</summary>
    public string FullName => $"{(Info.DeclaringType is { IsGenericType: true } generic ? generic.GetGenericTypeDefinition() : Info.DeclaringType)!.FullName}.{Info.Name}";

    public object? ValueOf(object target) => Info.GetValue(target);
}

/// <summary>Which fields of which types are a component's state, and what they are called.</summary>
internal static class StateFields
{
    private const BindingFlags Declared = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    /// <summary>What a guest or a process finds around it: everybody's, and so nobody's state.</summary>
    private static readonly Type[] Surroundings = [typeof(StoreWitness), typeof(Dom0Services)];

    /// <summary>The code whose objects are looked into; those of the hypervisor, the store and the workloads are the trusted side.</summary>
    private static readonly string[] Namespaces = ["Xen.Toolstack", "Xen.Drivers", "Xen.Guests"];

    private static readonly ConcurrentDictionary<Type, StateField[]> Fields = [];

    private static readonly ConcurrentDictionary<Type, bool> LookedInto = [];

    /// <summary>The fields of a type, those of its base first, in the order of their declaration.</summary>
    public static StateField[] Of(Type type) => Fields.TryGetValue(type, out var fields) ? fields : Fields.GetOrAdd(type, Find);

    /// <summary>
    /// Fields that hold a moment of virtual time. Whoever does the same as ever, only later, has another moment there: that is told by the times of the steps, and would be no damage.
    /// </summary>
    private static readonly (string Type, string Field)[] Moments = [("GuestKernel", "LastHeartbeatAt"), ("XenvifQueue", "lastRxTime"), ("TransmitCredit", "windowStart")];

    private static StateField[] Find(Type type)
    {
        var all = new List<FieldInfo>();
        for (var each = type; each is not null && each != typeof(object); each = each.BaseType) all.InsertRange(0, each.GetFields(Declared));
        return
        [
            .. all.Where(field => !Moments.Contains((field.DeclaringType!.Name, NameOf(field)))).Select(field => new StateField(field, NameOf(field), IsPlain(field.FieldType))),
        ];
    }

    public static bool IsLookedInto(Type type) => LookedInto.TryGetValue(type, out var answer) ? answer
        : LookedInto.GetOrAdd(type, each => each.Namespace is { } name && Namespaces.Any(part => name.StartsWith(part, StringComparison.Ordinal)) && !Surroundings.Contains(each));

    /// <summary>A value that cannot change inside, and whose text says all of it.</summary>
    public static bool IsPlain(Type type) => type.IsPrimitive || type.IsEnum || type == typeof(string) || type == typeof(Guid);

    /// <summary>The name of a type; what the compiler makes of a lambda's variables is named after the type that the lambda stands in.</summary>
    public static string NameOf(Type type)
    {
        var closure = type.Name.StartsWith('<');
        while (type.Name.StartsWith('<') && type.DeclaringType is { } outer) type = outer;
        var name = type.Name;
        if (name.IndexOf('`') is var tick and > 0) name = name[..tick];
        return closure ? name + " closure" : name;
    }

    /// <summary>The name of a field as its programmer knows it: that of the property or of the primary constructor's parameter.</summary>
    private static string NameOf(FieldInfo field)
    {
        var name = field.Name;
        var end = name.IndexOf('>');
        if (!name.StartsWith('<') || end < 0) return name;
        return end > 1 ? name[1..end] : "(outer)";
    }
}
