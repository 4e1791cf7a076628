using System.Collections;
using System.Text;
using Xen.Hypervisor;
using Xen.XenStore;

namespace Xen.XenWorkloads.Rendezvous;

/// <summary>By which rule a value becomes a text or a digest; a property of its type.</summary>
internal enum ValueShape
{
    Int,
    Long,
    Uint,
    Ulong,
    Bool,
    Plain,
    Numbers,
    Bytes,
    Ints,
    Uints,
    Ulongs,
    Callback,
    Builder,
    Watch,
    Component,
    Domain,

    // From here on values hold values.
    Dictionary,
    Set,
    Elements,
    Struct,

    // Looked into by itself.
    Object,

    // Of no interest but for its type.
    Name,
}

/// <summary>The shapes of types. What a type is does not change, and to ask for it costs more than to look it up.</summary>
internal static class ValueShapes
{
    [ThreadStatic]
    private static Dictionary<Type, Known>? known;

    /// <summary>A class and not the enumeration itself: dictionaries of references are compiled already.</summary>
    private sealed record Known(ValueShape Shape);

    public static ValueShape Of(object value)
    {
        var type = value.GetType();
        known ??= [];
        if (!known.TryGetValue(type, out var found)) known.Add(type, found = new Known(Find(value, type)));
        return found.Shape;
    }

    /// <summary>A collection without an order.</summary>
    public static bool IsSet(Type type) => type.Name.StartsWith("HashSet", StringComparison.Ordinal);

    /// <summary>A value that is its fields.</summary>
    private static bool IsStruct(Type type) =>
        type.IsValueType && type.Namespace?.StartsWith("Xen", StringComparison.Ordinal) == true || type.FullName?.StartsWith("System.ValueTuple", StringComparison.Ordinal) == true;

    private static ValueShape Find(object value, Type type) => value switch
    {
        int => ValueShape.Int,
        long => ValueShape.Long,
        uint => ValueShape.Uint,
        ulong => ValueShape.Ulong,
        bool => ValueShape.Bool,
        Array when type.GetElementType()!.IsPrimitive => ValueShape.Numbers,
        List<byte> => ValueShape.Bytes,
        IEnumerable<int> => ValueShape.Ints,
        IEnumerable<uint> => ValueShape.Uints,
        IEnumerable<ulong> => ValueShape.Ulongs,
        Component => ValueShape.Component,
        Domain => ValueShape.Domain,
        Delegate => ValueShape.Callback,
        StringBuilder => ValueShape.Builder,
        XsWatch => ValueShape.Watch,
        TimeSpan => ValueShape.Plain,
        _ when StateFields.IsPlain(type) => ValueShape.Plain,
        IDictionary => ValueShape.Dictionary,
        IEnumerable when type.IsArray || type.Namespace?.StartsWith("System", StringComparison.Ordinal) == true => IsSet(type) ? ValueShape.Set : ValueShape.Elements,
        _ when IsStruct(type) => ValueShape.Struct,
        _ when StateFields.IsLookedInto(type) => ValueShape.Object,
        _ => ValueShape.Name,
    };
}
