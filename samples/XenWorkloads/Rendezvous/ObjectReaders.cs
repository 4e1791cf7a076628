using System.Reflection.Emit;

namespace Xen.XenWorkloads.Rendezvous;

/// <summary>
/// Code that digests all fields of an object at once, made for the types that are met often: a pool of requests is looked at after every step of its driver, and hardly
/// one of them has changed.
/// </summary>
internal sealed class ObjectReaders
{
    /// <summary>To make the code costs as much as so many looks at single fields.</summary>
    private const int Often = 500;

    private readonly Dictionary<Type, Entry> entries = [];

    private sealed class Entry
    {
        public int Looks { get; set; }

        public Func<FieldDigest, object, ulong>? Reader { get; set; }
    }

    /// <summary>The code for a type; null while it is not met often.</summary>
    public Func<FieldDigest, object, ulong>? Of(Type type)
    {
        if (!entries.TryGetValue(type, out var entry)) entries.Add(type, entry = new Entry());
        if (entry.Reader is null && ++entry.Looks == Often) entry.Reader = Make(type);
        return entry.Reader;
    }

    private static Func<FieldDigest, object, ulong> Make(Type type)
    {
        var mix = typeof(FieldDigest).GetMethod(nameof(FieldDigest.Mix))!;
        var of = typeof(FieldDigest).GetMethod(nameof(FieldDigest.Of))!;
        var method = new DynamicMethod($"digest {type.Name}", typeof(ulong), [typeof(FieldDigest), typeof(object)], typeof(FieldDigest).Module, skipVisibility: true);
        var code = method.GetILGenerator();
        code.Emit(OpCodes.Ldc_I8, (long)StateFields.Of(type).Length);
        foreach (var field in StateFields.Of(type))
        {
            var isNumber = field.Info.FieldType is { IsPrimitive: true } or { IsEnum: true } && field.Info.FieldType != typeof(double) && field.Info.FieldType != typeof(float);
            if (!isNumber) code.Emit(OpCodes.Ldarg_0);
            code.Emit(OpCodes.Ldarg_1);
            code.Emit(OpCodes.Ldfld, field.Info);
            if (isNumber)
            {
                code.Emit(OpCodes.Conv_U8);
            }
            else
            {
                if (field.Info.FieldType.IsValueType) code.Emit(OpCodes.Box, field.Info.FieldType);
                code.Emit(OpCodes.Call, of);
            }
            code.Emit(OpCodes.Call, mix);
        }
        code.Emit(OpCodes.Ret);
        return method.CreateDelegate<Func<FieldDigest, object, ulong>>();
    }
}
