using System.Collections;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Xen.Hypervisor;
using Xen.XenStore;

namespace Xen.XenWorkloads.Rendezvous;

/// <summary>A value as text that is the same in every process.</summary>
/// <param name="name">The name of an object that is looked into by itself.</param>
internal sealed class StateText(Func<object, string> name)
{
    private const int LongestText = 120;

    /// <summary>Values within values: a struct in a list in a dictionary; more is a cycle of structs and collections.</summary>
    public const int Depth = 6;

    private readonly PrimitiveArrays arrays = new();

    /// <summary>A collection without an order.</summary>
    public static bool IsSet(Type type) => type.Name.StartsWith("HashSet", StringComparison.Ordinal);

    /// <summary>A value that is its fields.</summary>
    public static bool IsStruct(Type type) =>
        type.IsValueType && type.Namespace?.StartsWith("Xen", StringComparison.Ordinal) == true || type.FullName?.StartsWith("System.ValueTuple", StringComparison.Ordinal) == true;

    public string Of(object? value) => Short(Of(value, 0));

    private static string Short(string text) =>
        text.Length <= LongestText ? text : string.Concat(text.AsSpan(0, LongestText / 2), "… ", SimulationTap.Digest(Encoding.UTF8.GetBytes(text)));

    private string Of(object? value, int depth)
    {
        switch (value)
        {
            case null: return "null";
            case string text: return text;
            case Array numbers when value.GetType().GetElementType() is { IsPrimitive: true }: return arrays.Of(numbers);
            case List<byte> numbers: return PrimitiveArrays.Of(CollectionsMarshal.AsSpan(numbers));
            case List<int> numbers: return PrimitiveArrays.Of(CollectionsMarshal.AsSpan(numbers));
            case List<uint> numbers: return PrimitiveArrays.Of(CollectionsMarshal.AsSpan(numbers));
            case List<ulong> numbers: return PrimitiveArrays.Of(CollectionsMarshal.AsSpan(numbers));
            case IEnumerable<ulong> numbers: return PrimitiveArrays.Of(numbers, value is IReadOnlySet<ulong>);
            case IEnumerable<uint> numbers: return PrimitiveArrays.Of(numbers.Select(each => (ulong)each), value is IReadOnlySet<uint>);
            case IEnumerable<int> numbers: return PrimitiveArrays.Of(numbers.Select(each => (ulong)each), value is IReadOnlySet<int>);
            case Component component: return component.Simulation.Tap!.NameOf(component);
            case Domain domain: return domain.ToString();
            case Delegate callback: return Callback(callback, depth);
            case StringBuilder builder: return builder.ToString();
            case XsWatch watch: return $"watch {watch.Path}";
        }
        var type = value.GetType();
        if (StateFields.IsPlain(type) || value is TimeSpan) return ((IFormattable?)(value as IFormattable))?.ToString(null, CultureInfo.InvariantCulture) ?? value.ToString()!;
        if (depth > Depth) return "…";
        if (value is IDictionary dictionary) return Dictionary(dictionary, depth);
        if (value is IEnumerable elements && type.Namespace?.StartsWith("System", StringComparison.Ordinal) == true || type.IsArray) return Elements((IEnumerable)value, type, depth);
        if (IsStruct(type)) return Struct(value, type, depth);
        return StateFields.IsLookedInto(type) ? name(value) : type.Name;
    }

    /// <summary>The methods that run, and what they were made with.</summary>
    private string Callback(Delegate callback, int depth)
    {
        var text = new StringBuilder();
        foreach (var each in callback.GetInvocationList())
        {
            var method = each.Method.Name;
            if (method.StartsWith('<') && method.IndexOf('>') is var end and > 0) method = method[1..end] + " lambda";
            text.Append(text.Length > 0 ? " + " : "").Append(method);
            if (each.Target is { } target) text.Append(" of ").Append(Of(target, depth + 1));
        }
        return text.ToString();
    }

    private string Dictionary(IDictionary dictionary, int depth)
    {
        var entries = new List<string>();
        foreach (DictionaryEntry entry in dictionary) entries.Add($"{Of(entry.Key, depth + 1)}: {Of(entry.Value, depth + 1)}");
        entries.Sort(StringComparer.Ordinal);
        return $"{{{string.Join(", ", entries)}}}";
    }

    private string Elements(IEnumerable elements, Type type, int depth)
    {
        var entries = new List<string>();
        foreach (var each in elements) entries.Add(Of(each, depth + 1));
        if (IsSet(type)) entries.Sort(StringComparer.Ordinal);
        return $"[{string.Join(", ", entries)}]";
    }

    private string Struct(object value, Type type, int depth) =>
        $"({string.Join(", ", StateFields.Of(type).Select(field => $"{field.Name}: {Of(field.ValueOf(value), depth + 1)}"))})";
}
