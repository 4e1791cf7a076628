using System.Collections;
using System.Globalization;
using System.Runtime.CompilerServices;
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
    private readonly StringBuilder text = new();

    public string Of(object? value)
    {
        if (value is string already) return Short(already);
        text.Clear();
        Write(value, 0);
        return Short(text.ToString());
    }

    private static string Short(string text) =>
        text.Length <= LongestText ? text : string.Concat(text.AsSpan(0, LongestText / 2), "… ", SimulationTap.Digest(Encoding.UTF8.GetBytes(text)));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Write(object? value, int depth)
    {
        if (value is null)
        {
            text.Append("null");
            return;
        }
        if (value is string already)
        {
            text.Append(already);
            return;
        }
        var shape = ValueShapes.Of(value);
        if (depth > Depth && shape >= ValueShape.Dictionary)
        {
            text.Append('…');
            return;
        }
        switch (shape)
        {
            case ValueShape.Int: text.Append((int)value); break;
            case ValueShape.Long: text.Append((long)value); break;
            case ValueShape.Uint: text.Append((uint)value); break;
            case ValueShape.Ulong: text.Append((ulong)value); break;
            case ValueShape.Numbers: text.Append(arrays.Of((Array)value)); break;
            case ValueShape.Bytes: text.Append(PrimitiveArrays.Of(CollectionsMarshal.AsSpan((List<byte>)value))); break;
            case ValueShape.Ints: text.Append(value is List<int> ints ? PrimitiveArrays.Of(CollectionsMarshal.AsSpan(ints)) : PrimitiveArrays.Of(((IEnumerable<int>)value).Select(each => (ulong)each), value is IReadOnlySet<int>)); break;
            case ValueShape.Uints: text.Append(value is List<uint> uints ? PrimitiveArrays.Of(CollectionsMarshal.AsSpan(uints)) : PrimitiveArrays.Of(((IEnumerable<uint>)value).Select(each => (ulong)each), value is IReadOnlySet<uint>)); break;
            case ValueShape.Ulongs: text.Append(value is List<ulong> ulongs ? PrimitiveArrays.Of(CollectionsMarshal.AsSpan(ulongs)) : PrimitiveArrays.Of((IEnumerable<ulong>)value, value is IReadOnlySet<ulong>)); break;
            case ValueShape.Component: text.Append(((Component)value).Simulation.Tap!.NameOf((Component)value)); break;
            case ValueShape.Domain: text.Append((Domain)value); break;
            case ValueShape.Callback: Callback((Delegate)value, depth); break;
            case ValueShape.Builder: text.Append((StringBuilder)value); break;
            case ValueShape.Watch: text.Append("watch ").Append(((XsWatch)value).Path); break;
            case ValueShape.Dictionary: Dictionary((IDictionary)value, depth); break;
            case ValueShape.Set or ValueShape.Elements: Elements((IEnumerable)value, depth, shape is ValueShape.Set); break;
            case ValueShape.Struct: Struct(value, depth); break;
            case ValueShape.Object: text.Append(name(value)); break;
            case ValueShape.Name: text.Append(value.GetType().Name); break;
            default: text.Append((value as IFormattable)?.ToString(null, CultureInfo.InvariantCulture) ?? value.ToString()); break;
        }
    }

    /// <summary>The methods that run, and what they were made with.</summary>
    private void Callback(Delegate callback, int depth)
    {
        var first = true;
        foreach (var each in callback.GetInvocationList())
        {
            var method = each.Method.Name;
            if (method.StartsWith('<') && method.IndexOf('>') is var end and > 0) method = method[1..end] + " lambda";
            text.Append(first ? "" : " + ").Append(method);
            first = false;
            if (each.Target is not { } target) continue;
            text.Append(" of ");
            Write(target, depth + 1);
        }
    }

    private void Dictionary(IDictionary dictionary, int depth)
    {
        var entries = new List<string>(dictionary.Count);
        foreach (DictionaryEntry entry in dictionary)
        {
            var start = text.Length;
            Write(entry.Key, depth + 1);
            text.Append(": ");
            Write(entry.Value, depth + 1);
            entries.Add(TakeFrom(start));
        }
        entries.Sort(StringComparer.Ordinal);
        text.Append('{').AppendJoin(", ", entries).Append('}');
    }

    private void Elements(IEnumerable elements, int depth, bool anyOrder)
    {
        if (anyOrder)
        {
            var entries = new List<string>();
            foreach (var each in elements)
            {
                var start = text.Length;
                Write(each, depth + 1);
                entries.Add(TakeFrom(start));
            }
            entries.Sort(StringComparer.Ordinal);
            text.Append('[').AppendJoin(", ", entries).Append(']');
            return;
        }
        text.Append('[');
        var first = true;
        foreach (var each in elements)
        {
            if (!first) text.Append(", ");
            first = false;
            Write(each, depth + 1);
        }
        text.Append(']');
    }

    private void Struct(object value, int depth)
    {
        text.Append('(');
        var first = true;
        foreach (var field in StateFields.Of(value.GetType()))
        {
            text.Append(first ? "" : ", ").Append(field.Name).Append(": ");
            first = false;
            Write(field.ValueOf(value), depth + 1);
        }
        text.Append(')');
    }

    private string TakeFrom(int start)
    {
        var taken = text.ToString(start, text.Length - start);
        text.Length = start;
        return taken;
    }
}
