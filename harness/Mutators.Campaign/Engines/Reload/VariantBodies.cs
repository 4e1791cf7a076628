using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Mutators.Campaign.Engines.Reload;

/// <summary>Where a variant's code goes: golden's method, its own body and the variant's.</summary>
/// <param name="Method">Golden's method.</param>
/// <param name="Golden">Its body in golden.</param>
/// <param name="Mutant">The variant's body.</param>
/// <param name="AddressPosition">Where in the assembly's file the address of golden's body stands.</param>
/// <param name="MutantAddress">The address of the variant's body, to be written there where the assembly is loaded with it.</param>
internal sealed record BodyExchange(MethodRow Method, ImmutableArray<byte> Golden, ImmutableArray<byte> Mutant, int AddressPosition, int MutantAddress);

/// <summary>
/// Finds in a compiled <see cref="VariantBuild"/> the bodies to exchange. The compiler emits the methods of a type in the order of the source, and
/// a variant stands right behind the member it belongs to; so golden's method is the last one before it that is no variant and has its signature.
/// </summary>
internal sealed class VariantBodies : IDisposable
{
    private readonly PEReader _image;
    private readonly Dictionary<int, BodyExchange> _exchanges = [];

    private VariantBodies(byte[] image) => _image = new PEReader([.. image]);

    /// <summary>The module's metadata.</summary>
    public MetadataReader Metadata => _image.GetMetadataReader();

    /// <summary>The exchange of each variant, by its number.</summary>
    public IReadOnlyDictionary<int, BodyExchange> Exchanges => _exchanges;

    /// <summary>Reads an image.</summary>
    public static VariantBodies Read(byte[] image)
    {
        var bodies = new VariantBodies(image);
        foreach (var type in bodies.Metadata.TypeDefinitions)
        {
            bodies.ReadType(bodies.Metadata.GetTypeDefinition(type));
        }

        return bodies;
    }

    /// <inheritdoc/>
    public void Dispose() => _image.Dispose();

    private void ReadType(TypeDefinition type)
    {
        var metadata = Metadata;
        var golden = new List<(MethodDefinitionHandle Handle, MethodDefinition Method)>();
        foreach (var handle in type.GetMethods())
        {
            var method = metadata.GetMethodDefinition(handle);
            if (NumberOf(method) is not { } number)
            {
                golden.Add((handle, method));
                continue;
            }

            var isConstructor = metadata.GetString(method.Name) == ".ctor";
            for (var i = golden.Count - 1; i >= 0; i--)
            {
                if (IsCounterpart(golden[i].Method, method, isConstructor))
                {
                    _exchanges[number] = new BodyExchange(
                        Row(golden[i].Handle, golden[i].Method), Body(golden[i].Method), Body(method), AddressPosition(golden[i].Handle), method.RelativeVirtualAddress);
                    break;
                }

                // A property's accessors stand together; beyond these there is another member.
                if (isConstructor || i < golden.Count - 1)
                {
                    break;
                }
            }
        }
    }

    private int? NumberOf(MethodDefinition method)
    {
        var name = Metadata.GetString(method.Name);
        if (name.StartsWith('<'))
        {
            return null;
        }

        return name != ".ctor" ? VariantText.NumberIn(name)
            : method.GetParameters().Select(each => VariantText.NumberIn(Metadata.GetString(Metadata.GetParameter(each).Name))).FirstOrDefault(number => number is not null);
    }

    private bool IsCounterpart(MethodDefinition golden, MethodDefinition variant, bool isConstructor)
    {
        var (before, after) = (Metadata.GetBlobReader(golden.Signature), Metadata.GetBlobReader(variant.Signature));
        if (!isConstructor)
        {
            return golden.RelativeVirtualAddress != 0 && IsNamedAfter(golden, variant) && before.ReadBytes(before.Length).AsSpan().SequenceEqual(after.ReadBytes(after.Length));
        }

        // The same but for the number of parameters and the last one.
        var (one, other) = (before.ReadBytes(before.Length), after.ReadBytes(after.Length));
        return golden.RelativeVirtualAddress != 0
            && Metadata.GetString(golden.Name) == ".ctor"
            && one[0] == other[0]
            && other.Length > one.Length
            && one.AsSpan(2).SequenceEqual(other.AsSpan(2, one.Length - 2));
    }

    private bool IsNamedAfter(MethodDefinition golden, MethodDefinition variant)
    {
        // An explicit implementation is named after its interface too: IShape.Area.
        var name = Metadata.GetString(golden.Name);
        name = name[(name.LastIndexOf('.') + 1)..];
        var origin = VariantText.WithoutSuffixes(Metadata.GetString(variant.Name));
        return name == origin || (origin is "get_" or "set_" or "add_" or "remove_" or "op" && name.StartsWith(origin, StringComparison.Ordinal));
    }

    private MethodRow Row(MethodDefinitionHandle handle, MethodDefinition method) => new(
        MetadataTokens.GetRowNumber(handle),
        Metadata.GetString(method.Name),
        method.Attributes,
        method.ImplAttributes,
        method.Signature,
        method.GetParameters() is { Count: > 0 } parameters ? parameters.First() : MetadataTokens.ParameterHandle(Metadata.GetTableRowCount(TableIndex.Param) + 1));

    /// <summary>A method's address is the first column of its row.</summary>
    private int AddressPosition(MethodDefinitionHandle method) =>
        _image.PEHeaders.MetadataStartOffset + Metadata.GetTableMetadataOffset(TableIndex.MethodDef)
        + (MetadataTokens.GetRowNumber(method) - 1) * Metadata.GetTableRowSize(TableIndex.MethodDef);

    private ImmutableArray<byte> Body(MethodDefinition method)
    {
        var body = _image.GetMethodBody(method.RelativeVirtualAddress);
        return _image.GetSectionData(method.RelativeVirtualAddress).GetContent(0, body.Size);
    }
}
