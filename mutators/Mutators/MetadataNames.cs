using System.Collections.Immutable;
using System.Globalization;
using System.Reflection.Metadata;

namespace Mutators;

/// <summary>The names behind an assembly's numbers.</summary>
internal sealed class MetadataNames(MetadataReader metadata) : ISignatureTypeProvider<string, object?>
{
    /// <summary>A type or member by all that tells it from others.</summary>
    public string Token(EntityHandle handle)
    {
        switch (handle.Kind)
        {
            case HandleKind.MethodSpecification:
                var instance = metadata.GetMethodSpecification((MethodSpecificationHandle)handle);
                return $"{Token(instance.Method)}<{string.Join(",", instance.DecodeSignature(this, null))}>";
            case HandleKind.MethodDefinition:
                return $"{Member((MethodDefinitionHandle)handle)} {Signature(metadata.GetMethodDefinition((MethodDefinitionHandle)handle))}";
            case HandleKind.FieldDefinition:
                var field = metadata.GetFieldDefinition((FieldDefinitionHandle)handle);
                return $"{Type(field.GetDeclaringType())}::{metadata.GetString(field.Name)} {field.DecodeSignature(this, null)}";
            case HandleKind.MemberReference:
                var member = metadata.GetMemberReference((MemberReferenceHandle)handle);
                var signature = member.GetKind() == MemberReferenceKind.Method ? Written(member.DecodeMethodSignature(this, null)) : member.DecodeFieldSignature(this, null);
                return $"{Token(member.Parent)}::{metadata.GetString(member.Name)} {signature}";
            case HandleKind.StandaloneSignature:
                return Written(metadata.GetStandaloneSignature((StandaloneSignatureHandle)handle).DecodeMethodSignature(this, null));
            case HandleKind.TypeDefinition:
                return Type((TypeDefinitionHandle)handle);
            case HandleKind.TypeReference:
                return GetTypeFromReference(metadata, (TypeReferenceHandle)handle, 0);
            case HandleKind.TypeSpecification:
                return metadata.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(this, null);
            default:
                return handle.Kind.ToString();
        }
    }

    /// <summary>The type and the member's name of what may be this assembly's own; nulls for what is not.</summary>
    public (string? Type, string? Member) Split(EntityHandle handle)
    {
        switch (handle.Kind)
        {
            case HandleKind.MethodSpecification:
                return Split(metadata.GetMethodSpecification((MethodSpecificationHandle)handle).Method);
            case HandleKind.MethodDefinition:
                var method = metadata.GetMethodDefinition((MethodDefinitionHandle)handle);
                return (Type(method.GetDeclaringType()), metadata.GetString(method.Name));
            case HandleKind.FieldDefinition:
                return (Type(metadata.GetFieldDefinition((FieldDefinitionHandle)handle).GetDeclaringType()), null);
            case HandleKind.MemberReference:
                var member = metadata.GetMemberReference((MemberReferenceHandle)handle);
                return (Split(member.Parent).Type, metadata.GetString(member.Name));
            case HandleKind.TypeDefinition:
                return (Type((TypeDefinitionHandle)handle), null);
            case HandleKind.TypeSpecification:
                var name = Token(handle);
                var arguments = name.IndexOf(Instance, StringComparison.Ordinal);
                return (arguments < 0 ? name : name.Substring(0, arguments), null);
            default:
                return (null, null);
        }
    }

    /// <summary>A type of this assembly.</summary>
    public string Type(TypeDefinitionHandle handle) => GetTypeFromDefinition(metadata, handle, 0);

    /// <summary>A method of this assembly, without its signature.</summary>
    public string Member(MethodDefinitionHandle handle)
    {
        var method = metadata.GetMethodDefinition(handle);
        return $"{Type(method.GetDeclaringType())}::{metadata.GetString(method.Name)}";
    }

    /// <summary>A method's signature.</summary>
    public string Signature(MethodDefinition method) => Written(method.DecodeSignature(this, null));

    /// <summary>The types of a body's variables.</summary>
    public string Locals(StandaloneSignatureHandle handle) => handle.IsNil
        ? ""
        : string.Join(",", metadata.GetStandaloneSignature(handle).DecodeLocalSignature(this, null));

    // Between a generic type and its arguments; no name holds it.
    private const string Instance = "\u2039";

    private static string Written(MethodSignature<string> signature) => string.Format(
        CultureInfo.InvariantCulture,
        "{0}`{1}({2}){3}", signature.Header, signature.GenericParameterCount, string.Join(",", signature.ParameterTypes), signature.ReturnType);

    /// <inheritdoc/>
    public string GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind)
    {
        var type = reader.GetTypeDefinition(handle);
        var name = reader.GetString(type.Name);
        return type.IsNested ? $"{GetTypeFromDefinition(reader, type.GetDeclaringType(), 0)}+{name}" : Qualified(reader.GetString(type.Namespace), name);
    }

    /// <inheritdoc/>
    public string GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind)
    {
        var type = reader.GetTypeReference(handle);
        var name = reader.GetString(type.Name);
        return type.ResolutionScope.Kind switch
        {
            HandleKind.TypeReference => $"{GetTypeFromReference(reader, (TypeReferenceHandle)type.ResolutionScope, 0)}+{name}",
            HandleKind.AssemblyReference => $"[{reader.GetString(reader.GetAssemblyReference((AssemblyReferenceHandle)type.ResolutionScope).Name)}]{Qualified(reader.GetString(type.Namespace), name)}",
            _ => Qualified(reader.GetString(type.Namespace), name),
        };
    }

    /// <inheritdoc/>
    public string GetTypeFromSpecification(MetadataReader reader, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind) =>
        reader.GetTypeSpecification(handle).DecodeSignature(this, genericContext);

    /// <inheritdoc/>
    public string GetPrimitiveType(PrimitiveTypeCode typeCode) => typeCode.ToString();

    /// <inheritdoc/>
    public string GetGenericInstantiation(string genericType, ImmutableArray<string> typeArguments) => $"{genericType}{Instance}{string.Join(",", typeArguments)}>";

    /// <inheritdoc/>
    public string GetGenericMethodParameter(object? genericContext, int index) => $"!!{index}";

    /// <inheritdoc/>
    public string GetGenericTypeParameter(object? genericContext, int index) => $"!{index}";

    /// <inheritdoc/>
    public string GetArrayType(string elementType, ArrayShape shape) => $"{elementType}[{shape.Rank}]";

    /// <inheritdoc/>
    public string GetSZArrayType(string elementType) => $"{elementType}[]";

    /// <inheritdoc/>
    public string GetByReferenceType(string elementType) => $"{elementType}&";

    /// <inheritdoc/>
    public string GetPointerType(string elementType) => $"{elementType}*";

    /// <inheritdoc/>
    public string GetPinnedType(string elementType) => $"pinned {elementType}";

    /// <inheritdoc/>
    public string GetModifiedType(string modifier, string unmodifiedType, bool isRequired) => $"{unmodifiedType} {(isRequired ? "modreq" : "modopt")} {modifier}";

    /// <inheritdoc/>
    public string GetFunctionPointerType(MethodSignature<string> signature) => $"*{Written(signature)}";

    private static string Qualified(string space, string name) => space.Length == 0 ? name : $"{space}.{name}";
}
