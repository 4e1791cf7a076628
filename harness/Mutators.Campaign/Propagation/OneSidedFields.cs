using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Mutators.Campaign.Propagation;

/// <summary>
/// The fields that the compiler makes in one of two programs only: of captured variables and of primary constructors' parameters that the other does not use any more. What they hold cannot matter
/// where nobody reads it, so that neither side tells of them; nor are objects looked into that nothing else leads to.
/// </summary>
public static partial class OneSidedFields
{
    /// <summary>The environment variable that names the fields which a program leaves out of its state, one a line.</summary>
    public const string Variable = "RENDEZVOUS_WITHOUT";

    /// <summary>The fields, as the runtime names their types: <c>Namespace.Outer+Type.field</c>, in order.</summary>
    /// <param name="golden">Golden's assembly.</param>
    /// <param name="mutant">The mutant's.</param>
    public static ImmutableArray<string> Of(byte[] golden, byte[] mutant)
    {
        var (left, right) = (MadeFields(golden), MadeFields(mutant));
        var types = left.Select(each => each.Type).Intersect(right.Select(each => each.Type), StringComparer.Ordinal).ToHashSet(StringComparer.Ordinal);
        var both = left.Select(each => each.Key).Intersect(right.Select(each => each.Key)).ToHashSet();
        return [.. left.Concat(right).Where(each => types.Contains(each.Type) && !both.Contains(each.Key)).Select(each => each.Name).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    /// <summary>A field that the compiler made. Numbers are not part of what it is: they shift when a variable or a scope before it is captured no more.</summary>
    private sealed record Made(string Type, string Field, string Name)
    {
        public (string, string) Key => (Type, Field);
    }

    /// <summary>All types are listed, with an empty field, so that one that has lost its only field is still known to be there.</summary>
    private static List<Made> MadeFields(byte[] image)
    {
        using var pe = new PEReader(ImmutableCollectionsMarshal.AsImmutableArray(image));
        var metadata = pe.GetMetadataReader();
        var made = new List<Made>();
        foreach (var type in metadata.TypeDefinitions.Select(metadata.GetTypeDefinition))
        {
            var name = NameOf(metadata, type);
            var key = Scope().Replace(name, "$1");
            var isMade = metadata.GetString(type.Name).StartsWith('<');
            made.Add(new Made(key, "", ""));
            made.AddRange(type.GetFields().Select(metadata.GetFieldDefinition)
                .Where(field => !field.Attributes.HasFlag(FieldAttributes.Static))
                .Select(field => metadata.GetString(field.Name))
                .Where(field => isMade || field.StartsWith('<'))
                .Select(field => new Made(key, field.Contains('>', StringComparison.Ordinal) ? field.TrimEnd("0123456789".ToCharArray()) : field, $"{name}.{field}")));
        }

        return made;
    }

    private static string NameOf(MetadataReader metadata, TypeDefinition type)
    {
        var name = metadata.GetString(type.Name);
        if (!type.GetDeclaringType().IsNil)
        {
            return $"{NameOf(metadata, metadata.GetTypeDefinition(type.GetDeclaringType()))}+{name}";
        }

        var space = metadata.GetString(type.Namespace);
        return space.Length > 0 ? $"{space}.{name}" : name;
    }

    /// <summary>The variables of a lambda: the number of the member, and that of the scope in it.</summary>
    [GeneratedRegex(@"(<>c__DisplayClass\d+)_\d+")]
    private static partial Regex Scope();
}
