using System.Collections;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Xen.Hypervisor;
using Xen.XenStore;

namespace Xen.XenWorkloads.Rendezvous;

/// <summary>
/// A value as a number, by the same rules as <see cref="StateText"/> and in the same order: almost all fields are as they were at the last look, and
/// to find that out takes no text.
/// </summary>
/// <param name="state">Knows the numbers of objects that are looked into by themselves.</param>
internal sealed class FieldDigest(ComponentState state)
{
    private const ulong Factor = 0x9E3779B97F4A7C15UL;
    private const ulong Null = 0x6E756C6CUL;
    private const ulong Named = 0x6E616D65UL;

    private ulong[] numbers = new ulong[64];

    // The types met last, by a part of their hash code: what is in a collection is mostly of one type.
    private readonly (Type? Type, ValueShape Shape)[] shapes = new (Type?, ValueShape)[64];

    public ulong Of(object? value) => Of(value, 0);

    public static ulong OfText(string? value) => value is null ? Null : OfBytes(MemoryMarshal.AsBytes(value.AsSpan()));

    /// <summary>An object that is looked into by itself.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public ulong OfObject(object? value) => value is null ? Null : Mix(8, state.NumberOf(value));

    /// <summary>An object of which only the type counts, where that is known.</summary>
    public static ulong OfNamed(object? value) => value is null ? Null : Named;

    /// <summary>Objects that are looked into by themselves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public ulong OfObjects<T>(List<T>? values)
        where T : class
    {
        if (values is null) return Null;
        ulong digest = 12;
        foreach (var value in CollectionsMarshal.AsSpan(values)) digest = Mix(digest, OfObject(value));
        return digest;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private ulong Of(object? value, int depth)
    {
        if (value is null) return Null;
        var type = value.GetType();
        if (type == typeof(string)) return OfText((string)value);
        ref var met = ref shapes[RuntimeHelpers.GetHashCode(type) & 63];
        if (met.Type != type) met = (type, ValueShapes.Of(value));
        var shape = met.Shape;
        if (depth > StateText.Depth && shape >= ValueShape.Dictionary) return Mix(6, 0);
        return shape switch
        {
            ValueShape.Int => Mix(1, (uint)(int)value),
            ValueShape.Long => Mix(2, (ulong)(long)value),
            ValueShape.Uint => Mix(3, (uint)value),
            ValueShape.Ulong => Mix(4, (ulong)value),
            ValueShape.Bool => Mix(5, (bool)value ? 1UL : 0),
            ValueShape.Domain => Mix(17, (ulong)((Domain)value).Id),
            ValueShape.Plain when type.IsEnum => Mix(16, (uint)value.GetHashCode()),
            ValueShape.Plain => OfText(value.ToString()),
            ValueShape.Bytes => OfBytes(CollectionsMarshal.AsSpan((List<byte>)value)),
            ValueShape.Numbers => OfBytes(Bytes((Array)value)),
            ValueShape.Ints => Numbers((IEnumerable<int>)value, ValueShapes.IsSet(type)),
            ValueShape.Uints => Numbers((IEnumerable<uint>)value, ValueShapes.IsSet(type)),
            ValueShape.Ulongs => Numbers((IEnumerable<ulong>)value),
            ValueShape.Callback => Callback((Delegate)value, depth),
            ValueShape.Builder => Builder((StringBuilder)value),
            ValueShape.Watch => OfText(((XsWatch)value).Path),
            ValueShape.Component => Mix(7, (ulong)RuntimeHelpers.GetHashCode(value)),
            ValueShape.Dictionary => Dictionary((IDictionary)value, depth),
            ValueShape.Set => Set((IEnumerable)value, depth),
            ValueShape.Elements => Elements((IEnumerable)value, depth),
            ValueShape.Struct => Struct(value, type, depth),
            ValueShape.Object => Mix(8, state.NumberOf(value)),
            _ => OfText(type.Name),
        };
    }

    private ulong Callback(Delegate callback, int depth)
    {
        ulong digest = 9;
        foreach (var each in Delegate.EnumerateInvocationList((MulticastDelegate)callback))
        {
            digest = Mix(digest, (ulong)each.Method.MetadataToken);
            if (each.Target is { } target) digest = Mix(digest, Of(target, depth + 1));
        }
        return digest;
    }

    private static ulong Builder(StringBuilder builder)
    {
        ulong digest = 15;
        foreach (var chunk in builder.GetChunks()) digest = Mix(digest, OfBytes(MemoryMarshal.AsBytes(chunk.Span)));
        return digest;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private ulong Dictionary(IDictionary dictionary, int depth)
    {
        ulong sum = 10;
        if (dictionary.Count == 0) return sum;
        var entries = dictionary.GetEnumerator();
        while (entries.MoveNext()) sum += Mix(Of(entries.Key, depth + 1), Of(entries.Value, depth + 1));
        return sum;
    }

    private ulong Set(IEnumerable elements, int depth)
    {
        ulong sum = 11;
        foreach (var each in elements) sum += Mix(11, Of(each, depth + 1));
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private ulong Elements(IEnumerable elements, int depth)
    {
        ulong digest = 12;
        if (elements is object?[] array)
        {
            foreach (var each in array) digest = Mix(digest, Of(each, depth + 1));
            return digest;
        }
        if (elements is IList list)
        {
            for (var i = 0; i < list.Count; i++) digest = Mix(digest, Of(list[i], depth + 1));
            return digest;
        }
        foreach (var each in elements) digest = Mix(digest, Of(each, depth + 1));
        return digest;
    }

    private ulong Struct(object value, Type type, int depth)
    {
        ulong digest = 13;
        foreach (var field in StateFields.Of(type)) digest = Mix(digest, Of(field.ValueOf(value), depth + 1));
        return digest;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static ulong Numbers<T>(IEnumerable<T> numbers, bool anyOrder)
        where T : unmanaged, IBinaryInteger<T>
    {
        if (numbers is List<T> list) return OfBytes(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(list)));
        ulong digest = 14;
        foreach (var number in numbers) digest = anyOrder ? digest + Mix(14, ulong.CreateTruncating(number)) : Mix(digest, ulong.CreateTruncating(number));
        return digest;
    }

    /// <summary>Frames: a kernel has thousands of them in lists, stacks and sets, which are faster copied than enumerated.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private ulong Numbers(IEnumerable<ulong> values)
    {
        switch (values)
        {
            case List<ulong> list: return OfBytes(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(list)));
            case Stack<ulong> stack:
                stack.CopyTo(Room(stack.Count), 0);
                return OfBytes(MemoryMarshal.AsBytes(numbers.AsSpan(0, stack.Count)));
            case HashSet<ulong> set:
                set.CopyTo(Room(set.Count));
                ulong sum = 14;
                foreach (var number in numbers.AsSpan(0, set.Count)) sum += Mix(14, number);
                return sum;
            default: return Numbers(values, ValueShapes.IsSet(values.GetType()));
        }
    }

    private ulong[] Room(int count) => count <= numbers.Length ? numbers : numbers = new ulong[count * 2];

    private static ReadOnlySpan<byte> Bytes(Array numbers) => MemoryMarshal.CreateReadOnlySpan(ref MemoryMarshal.GetArrayDataReference(numbers), Buffer.ByteLength(numbers));

    /// <summary>A digest of bytes: in four lanes where there are many, so that a multiplication need not wait for the one before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ulong OfBytes(ReadOnlySpan<byte> bytes)
    {
        var digest = (ulong)bytes.Length;
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        if (words.Length >= 16)
        {
            ulong second = 2, third = 3, fourth = 4;
            var end = words.Length & ~3;
            for (var i = 0; i < end; i += 4)
            {
                digest = Mix(digest, words[i]);
                second = Mix(second, words[i + 1]);
                third = Mix(third, words[i + 2]);
                fourth = Mix(fourth, words[i + 3]);
            }
            digest = Mix(Mix(digest, second), Mix(third, fourth));
            words = words[end..];
        }
        foreach (var word in words) digest = Mix(digest, word);
        foreach (var each in bytes[(bytes.Length & ~7)..]) digest = Mix(digest, each);
        return digest;
    }

    /// <summary>A digest of what a digest stands for and one more value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Mix(ulong digest, ulong value)
    {
        var mixed = (BitOperations.RotateLeft(digest, 29) ^ value) * Factor;
        return mixed ^ (mixed >> 32);
    }
}
