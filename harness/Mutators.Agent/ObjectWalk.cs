using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace Mutators.Agent;

/// <summary>
/// A hash over everything that can be reached from some values: the program's own objects by their fields, collections by their elements.
/// Other objects of the class library count by their type alone: they hold caches that change without meaning anything. Where such an object
/// may hold state that means something, a semaphore's count for example, the walk says so.
/// </summary>
internal sealed class ObjectWalk
{
    /// <summary>Objects that are looked at; what lies behind them is not seen.</summary>
    private const int MaximumObjects = 200_000;

    private static readonly Dictionary<Type, FieldInfo[]> fieldsOf = [];

    private readonly Dictionary<object, int> visited = new(ReferenceEqualityComparer.Instance);
    private HashCode hash;

    internal int Hash => hash.ToHashCode();

    /// <summary>Whether it met an object whose state it cannot see.</summary>
    internal bool IsBlind { get; private set; }

    internal void Add(object? root)
    {
        var pending = new Stack<object?>();
        pending.Push(root);
        while (pending.TryPop(out var value))
        {
            Visit(value, pending);
        }
    }

    private void Visit(object? value, Stack<object?> pending)
    {
        if (value is null)
        {
            hash.Add(0);
            return;
        }

        var type = value.GetType();
        if (type.IsPrimitive || type.IsEnum || value is string or decimal or DateTime or Guid or TimeSpan)
        {
            hash.Add(value);
            return;
        }

        if (!type.IsValueType)
        {
            if (visited.TryGetValue(value, out var number))
            {
                hash.Add(number);
                return;
            }

            if (visited.Count >= MaximumObjects)
            {
                return;
            }

            visited.Add(value, visited.Count);
        }

        hash.Add(type);
        switch (value)
        {
            case Array array:
                VisitArray(array, pending);
                break;
            case Delegate function:
                hash.Add(function.Method);
                pending.Push(function.Target is { } target && IsPrograms(target.GetType()) ? target : null);
                break;
            case StringBuilder text:
                hash.Add(text.ToString());
                break;
            case IEnumerable elements when !IsPrograms(type) && type.Namespace is { } space && space.StartsWith("System.Collections", StringComparison.Ordinal):
                foreach (var element in elements)
                {
                    pending.Push(element);
                }

                break;
            default:
                if (type.IsValueType || IsPrograms(type) || value is Random)
                {
                    VisitFields(value, type, pending);
                }
                else
                {
                    IsBlind |= !IsUnchanging(value, type);
                }

                break;
        }
    }

    private void VisitArray(Array array, Stack<object?> pending)
    {
        hash.Add(array.Length);
        switch (array)
        {
            case byte[] bytes:
                hash.AddBytes(bytes);
                break;
            case char[] some:
                hash.AddBytes(MemoryMarshal.AsBytes<char>(some));
                break;
            case int[] some:
                hash.AddBytes(MemoryMarshal.AsBytes<int>(some));
                break;
            case uint[] some:
                hash.AddBytes(MemoryMarshal.AsBytes<uint>(some));
                break;
            case long[] some:
                hash.AddBytes(MemoryMarshal.AsBytes<long>(some));
                break;
            case ulong[] some:
                hash.AddBytes(MemoryMarshal.AsBytes<ulong>(some));
                break;
            default:
                foreach (var element in array)
                {
                    pending.Push(element);
                }

                break;
        }
    }

    private static void VisitFields(object value, Type type, Stack<object?> pending)
    {
        foreach (var field in Fields(type))
        {
            pending.Push(field.GetValue(value));
        }
    }

    private static FieldInfo[] Fields(Type type)
    {
        if (!fieldsOf.TryGetValue(type, out var fields))
        {
            var found = new List<FieldInfo>();
            for (var at = type; at is not null && at != typeof(object); at = at.BaseType)
            {
                found.AddRange(at.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly));
            }

            fieldsOf.Add(type, fields = [.. found.Where(field => !field.FieldType.IsPointer && !field.FieldType.IsFunctionPointer)]);
        }

        return fields;
    }

    /// <summary>An object of the class library that is the same for ever, as far as a program can tell: what is left out here only costs time.</summary>
    private static bool IsUnchanging(object value, Type type) =>
        type == typeof(object)
        || value is MemberInfo or Assembly or CultureInfo or IFormatProvider or Encoding or Uri or Version or Regex or StringComparer or TimeZoneInfo or Exception
        || type.Name.Contains("Comparer", StringComparison.Ordinal)
        || type.FullName is "System.Threading.Lock" or "System.Text.Json.JsonSerializerOptions" or "System.Text.CompositeFormat" or "System.DBNull"
        || type.FullName?.StartsWith("System.Buffers.", StringComparison.Ordinal) == true;

    private static bool IsPrograms(Type type) =>
        type.Assembly != typeof(object).Assembly && type.Namespace is var space && (space is null || !(space == "System" || space.StartsWith("System.", StringComparison.Ordinal)));
}
