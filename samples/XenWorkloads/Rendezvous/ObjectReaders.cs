using System.Collections;
using System.Reflection;
using System.Reflection.Emit;
using Xen.Hypervisor;
using Xen.XenStore;

namespace Xen.XenWorkloads.Rendezvous;

/// <summary>The readers of all types, each made at its first object.</summary>
/// <param name="without">Fields that are no part of the state, and lead to none.</param>
internal sealed class ObjectReaders(IReadOnlySet<string> without)
{
    private readonly Dictionary<Type, ObjectReader> readers = [];

    public ObjectReader Of(Type type)
    {
        if (!readers.TryGetValue(type, out var reader)) readers.Add(type, reader = new ObjectReader(type, [.. StateFields.Of(type).Where(field => !without.Contains(field.FullName))]));
        return reader;
    }
}

/// <summary>
/// Digests the fields of an object of a type, one by one. For types that are met often code is made: a pool of requests is looked at after every step of its driver, and
/// hardly one of them has changed.
/// </summary>
internal sealed class ObjectReader(Type type, StateField[] fields)
{
    /// <summary>To make the code costs as much as so many looks without it.</summary>
    private const int Often = 500;

    private readonly ulong[] now = new ulong[fields.Length];
    private Action<FieldDigest, object, ulong[]>? code;
    private int looks;

    public StateField[] Fields { get; } = fields;

    /// <summary>The fields' digests. Whoever reads the next object of the type writes over them.</summary>
    public ulong[] Read(FieldDigest digest, object target)
    {
        if (code is null && looks++ == Often) code = Make();
        if (code is not null)
        {
            code(digest, target, now);
            return now;
        }
        for (var i = 0; i < now.Length; i++) now[i] = digest.Of(Fields[i].ValueOf(target));
        return now;
    }

    private Action<FieldDigest, object, ulong[]> Make()
    {
        var method = new DynamicMethod($"digest {type.Name}", null, [typeof(FieldDigest), typeof(object), typeof(ulong[])], typeof(FieldDigest).Module, skipVisibility: true);
        var il = method.GetILGenerator();
        for (var i = 0; i < Fields.Length; i++)
        {
            var held = Fields[i].Info.FieldType;
            var reader = ReaderOf(held);
            il.Emit(OpCodes.Ldarg_2);
            il.Emit(OpCodes.Ldc_I4, i);
            if (reader is { IsStatic: false }) il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldarg_1);
            il.Emit(OpCodes.Ldfld, Fields[i].Info);
            if (reader is null)
            {
                il.Emit(OpCodes.Conv_U8);
            }
            else
            {
                if (held.IsValueType) il.Emit(OpCodes.Box, held);
                il.Emit(OpCodes.Call, reader);
            }
            il.Emit(OpCodes.Stelem_I8);
        }
        il.Emit(OpCodes.Ret);
        return method.CreateDelegate<Action<FieldDigest, object, ulong[]>>();
    }

    /// <summary>What digests a field of this type; null for a number. What a field of a sealed type holds need not be asked of each value.</summary>
    private static MethodInfo? ReaderOf(Type held)
    {
        if (held is { IsPrimitive: true } or { IsEnum: true } && held != typeof(double) && held != typeof(float)) return null;
        if (held == typeof(string)) return Method(nameof(FieldDigest.OfText));
        if (IsObject(held)) return Method(nameof(FieldDigest.OfObject));
        if (IsNamed(held)) return Method(nameof(FieldDigest.OfNamed));
        if (held.IsGenericType && held.GetGenericTypeDefinition() == typeof(List<>) && IsObject(held.GetGenericArguments()[0])) return Method(nameof(FieldDigest.OfObjects)).MakeGenericMethod(held.GetGenericArguments());
        return Method(nameof(FieldDigest.Of));
    }

    private static MethodInfo Method(string name) => typeof(FieldDigest).GetMethod(name)!;

    private static bool IsObject(Type held) => IsSealed(held) && StateFields.IsLookedInto(held);

    /// <summary>Of what is not looked into only the type's name counts.</summary>
    private static bool IsNamed(Type held) => IsSealed(held) && held.Namespace?.StartsWith("Xen", StringComparison.Ordinal) == true && !StateFields.IsLookedInto(held)
        && held != typeof(Component) && held != typeof(Domain) && held != typeof(XsWatch);

    private static bool IsSealed(Type held) => held is { IsClass: true, IsSealed: true, IsArray: false } && !typeof(IEnumerable).IsAssignableFrom(held) && !typeof(Delegate).IsAssignableFrom(held);
}
