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
/// <param name="numberOf">The number of an object that is looked into by itself.</param>
internal sealed class FieldDigest(Func<object, int> numberOf)
{
    private const ulong Factor = 0x9E3779B97F4A7C15UL;
    private const ulong Null = 0x6E756C6CUL;

    // What each type is does not change, and to ask for it costs more than to look it up.
    private readonly Dictionary<Type, Shape> shapes = [];

    private enum Shape
    {
        Int,
        Long,
        Uint,
        Ulong,
        Bool,
        Plain,
        Numbers,
        Ints,
        Uints,
        Ulongs,
        Callback,
        Builder,
        Watch,
        Component,
        Dictionary,
        Set,
        Elements,
        Struct,
        Object,
        Name,
    }

    public ulong Of(object? value) => Of(value, 0);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private ulong Of(object? value, int depth)
    {
        if (value is null) return Null;
        var type = value.GetType();
        if (type == typeof(string)) return OfBytes(MemoryMarshal.AsBytes(((string)value).AsSpan()));
        if (!shapes.TryGetValue(type, out var shape)) shapes.Add(type, shape = ShapeOf(value, type));
        if (depth > StateText.Depth && shape >= Shape.Dictionary) return Mix(6, 0);
        return shape switch
        {
            Shape.Int => Mix(1, (uint)(int)value),
            Shape.Long => Mix(2, (ulong)(long)value),
            Shape.Uint => Mix(3, (uint)value),
            Shape.Ulong => Mix(4, (ulong)value),
            Shape.Bool => Mix(5, (bool)value ? 1UL : 0),
            Shape.Plain => Of(value.ToString(), depth),
            Shape.Numbers => OfBytes(Bytes((Array)value)),
            Shape.Ints => Numbers((IEnumerable<int>)value, StateText.IsSet(type)),
            Shape.Uints => Numbers((IEnumerable<uint>)value, StateText.IsSet(type)),
            Shape.Ulongs => Numbers((IEnumerable<ulong>)value, StateText.IsSet(type)),
            Shape.Callback => Callback((Delegate)value, depth),
            Shape.Builder => Of(value.ToString(), depth),
            Shape.Watch => Of(((XsWatch)value).Path, depth),
            Shape.Component => Mix(7, (ulong)RuntimeHelpers.GetHashCode(value)),
            Shape.Dictionary => Dictionary((IDictionary)value, depth),
            Shape.Set => Set((IEnumerable)value, depth),
            Shape.Elements => Elements((IEnumerable)value, depth),
            Shape.Struct => Struct(value, type, depth),
            Shape.Object => Mix(8, (ulong)numberOf(value)),
            _ => Of(type.Name, depth),
        };
    }

    private static Shape ShapeOf(object value, Type type) => value switch
    {
        int => Shape.Int,
        long => Shape.Long,
        uint => Shape.Uint,
        ulong => Shape.Ulong,
        bool => Shape.Bool,
        Array when type.GetElementType()!.IsPrimitive => Shape.Numbers,
        IEnumerable<int> => Shape.Ints,
        IEnumerable<uint> => Shape.Uints,
        IEnumerable<ulong> => Shape.Ulongs,
        Component => Shape.Component,
        Delegate => Shape.Callback,
        StringBuilder => Shape.Builder,
        XsWatch => Shape.Watch,
        Domain or TimeSpan => Shape.Plain,
        _ when StateFields.IsPlain(type) => Shape.Plain,
        IDictionary => Shape.Dictionary,
        IEnumerable when type.IsArray || type.Namespace?.StartsWith("System", StringComparison.Ordinal) == true => StateText.IsSet(type) ? Shape.Set : Shape.Elements,
        _ when StateText.IsStruct(type) => Shape.Struct,
        _ when StateFields.IsLookedInto(type) => Shape.Object,
        _ => Shape.Name,
    };

    private ulong Callback(Delegate callback, int depth)
    {
        ulong digest = 9;
        foreach (var each in callback.GetInvocationList())
        {
            digest = Mix(digest, (ulong)each.Method.MetadataToken);
            if (each.Target is { } target) digest = Mix(digest, Of(target, depth + 1));
        }
        return digest;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private ulong Dictionary(IDictionary dictionary, int depth)
    {
        ulong sum = 10;
        foreach (DictionaryEntry entry in dictionary) sum += Mix(Of(entry.Key, depth + 1), Of(entry.Value, depth + 1));
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

    private static ReadOnlySpan<byte> Bytes(Array numbers) => MemoryMarshal.CreateReadOnlySpan(ref MemoryMarshal.GetArrayDataReference(numbers), Buffer.ByteLength(numbers));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static ulong OfBytes(ReadOnlySpan<byte> bytes)
    {
        var digest = (ulong)bytes.Length;
        foreach (var word in MemoryMarshal.Cast<byte, ulong>(bytes)) digest = Mix(digest, word);
        foreach (var each in bytes[(bytes.Length & ~7)..]) digest = Mix(digest, each);
        return digest;
    }

    /// <summary>A digest of what a digest stands for and one more value.</summary>
    public static ulong Mix(ulong digest, ulong value)
    {
        var mixed = (BitOperations.RotateLeft(digest, 29) ^ value) * Factor;
        return mixed ^ (mixed >> 32);
    }
}
