using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Mutators.Agent;

/// <summary>The static fields of one type.</summary>
internal sealed unsafe class StaticType
{
    private const BindingFlags Statics = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private readonly Type type;
    private readonly FieldInfo[] fields;
    private int initial;

    private StaticType(Type type, FieldInfo[] fields)
    {
        this.type = type;
        this.fields = fields;
    }

    /// <summary>A type's fields; null if it has none that a run could change.</summary>
    /// <param name="type">The type.</param>
    /// <param name="isUnreachable">Whether it has such fields and nobody can say where: each construction of a generic type has its own.</param>
    internal static StaticType? Of(Type type, out bool isUnreachable)
    {
        isUnreachable = false;
        if (type.Name.StartsWith("<>", StringComparison.Ordinal) || type.Name.StartsWith("<PrivateImplementationDetails>", StringComparison.Ordinal)
            || type.Name.StartsWith("MutatorsTicks_", StringComparison.Ordinal))
        {
            // Cached delegates and constant data of the compiler, and our own counters.
            return null;
        }

        var fields = Array.FindAll(type.GetFields(Statics), field => !field.IsLiteral && !field.FieldType.IsPointer && !field.FieldType.IsByRefLike && !IsConstant(field));
        if (fields.Length == 0)
        {
            return null;
        }

        if (type.ContainsGenericParameters)
        {
            isUnreachable = Array.Exists(fields, field => !field.IsInitOnly || IsCollection(field.FieldType));
            return null;
        }

        return new StaticType(type, fields);
    }

    /// <summary>Takes the present values for those of a fresh process.</summary>
    internal void Remember() => initial = Fingerprint();

    internal bool IsChanged() => Fingerprint() != initial;

    /// <summary>Makes the fields what they are before the type is initialised; read-only ones are written by the initialisation alone.</summary>
    internal void Clear()
    {
        RuntimeHelpers.RunClassConstructor(type.TypeHandle);
        foreach (var field in fields)
        {
            if (!field.IsInitOnly)
            {
                field.SetValue(null, field.FieldType.IsValueType && Nullable.GetUnderlyingType(field.FieldType) is null ? RuntimeHelpers.GetUninitializedObject(field.FieldType) : null);
            }
        }
    }

    /// <summary>Runs the type's initialiser once more. Reflection would refuse: for the runtime it has run.</summary>
    internal void Initialise()
    {
        if (type.TypeInitializer is { } initialiser)
        {
            ((delegate*<void>)initialiser.MethodHandle.GetFunctionPointer())();
        }
    }

    /// <summary>The same; false where the initialiser throws.</summary>
    internal bool TryInitialise()
    {
        try
        {
            Initialise();
            return true;
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            // The program's own code, which may throw anything.
            return false;
        }
    }

    /// <summary>A read-only field of a type whose values never change: no run leaves anything in it.</summary>
    private static bool IsConstant(FieldInfo field) =>
        field.IsInitOnly && (field.FieldType.IsPrimitive || field.FieldType.IsEnum || field.FieldType == typeof(string) || field.FieldType == typeof(Type));

    /// <summary>Something of the class library that elements can be added to; an array that is read-only in a generic type is mostly an empty one.</summary>
    private static bool IsCollection(Type type) => !type.IsArray && type.Namespace is "System.Collections.Generic" or "System.Collections.Concurrent" && typeof(IEnumerable).IsAssignableFrom(type);

    /// <summary>Whether something is kept here whose state nobody can see.</summary>
    internal bool IsBlind { get; private set; }

    private int Fingerprint()
    {
        var walk = new ObjectWalk();
        foreach (var field in fields)
        {
            walk.Add(field.GetValue(null));
        }

        IsBlind |= walk.IsBlind;
        return walk.Hash;
    }
}
