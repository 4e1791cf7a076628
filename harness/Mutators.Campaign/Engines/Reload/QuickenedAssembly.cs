using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Text.Json;
using Mutators.Agent;

namespace Mutators.Campaign.Engines.Reload;

/// <summary>
/// An assembly of the program that is no target, and so receives no deltas: the runtime may optimise it while it runs, although it was built
/// for debugging. Its code stays as it is, byte for byte. What forbids optimisation is taken out of the metadata, and two things go in: no
/// method vanishes from a stack by being inlined, as it would not have without optimisation; and no read-only static becomes a constant,
/// because the agent sets statics back.
/// </summary>
internal static class QuickenedAssembly
{
    private const int DisableOptimizations = (int)System.Diagnostics.DebuggableAttribute.DebuggingModes.DisableOptimizations;
    private const int EnableEditAndContinue = (int)System.Diagnostics.DebuggableAttribute.DebuggingModes.EnableEditAndContinue;

    /// <summary>Quickens what was built together with the program, but for its targets: packages are built optimised and are not looked into.</summary>
    /// <param name="folder">A worker's own copy of the program.</param>
    /// <param name="except">File names of the targets' assemblies.</param>
    public static void InFolder(string folder, IReadOnlySet<string> except)
    {
        var own = OwnNames(folder);
        foreach (var file in Directory.EnumerateFiles(folder, "*.dll").Where(file => !except.Contains(Path.GetFileName(file)) && own.Contains(Path.GetFileNameWithoutExtension(file))))
        {
            var image = File.ReadAllBytes(file);
            if (Quicken(image))
            {
                File.WriteAllBytes(file, image);
            }
        }
    }

    /// <summary>Changes an image in place.</summary>
    /// <returns>False if it does not say how it may be debugged; then nothing is changed.</returns>
    public static bool Quicken(byte[] image)
    {
        using var pe = new PEReader([.. image]);
        if (!pe.HasMetadata || pe.GetMetadataReader() is not { IsAssembly: true } metadata || Modes(pe, metadata) is not { } modes)
        {
            return false;
        }

        BitConverter.TryWriteBytes(image.AsSpan(modes.Position), (modes.Value & ~(DisableOptimizations | EnableEditAndContinue)) | StaticState.QuickenedMark);
        FreeStatics(image, pe, metadata);
        if ((modes.Value & DisableOptimizations) != 0)
        {
            KeepFrames(image, pe, metadata);
        }

        return true;
    }

    /// <summary>The assemblies that are built from projects, as the program's list of dependencies has it.</summary>
    public static HashSet<string> OwnNames(string folder)
    {
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var file in Directory.EnumerateFiles(folder, "*.deps.json"))
        {
            using var json = JsonDocument.Parse(File.ReadAllText(file));
            if (json.RootElement.TryGetProperty("libraries", out var libraries))
            {
                names.UnionWith(libraries.EnumerateObject()
                    .Where(library => library.Value.TryGetProperty("type", out var type) && type.ValueEquals("project"))
                    .Select(library => library.Name.Split('/')[0]));
            }
        }

        return names;
    }

    /// <summary>Where the image says how it may be debugged.</summary>
    private static (int Position, int Value)? Modes(PEReader pe, MetadataReader metadata)
    {
        const int ValuePosition = 2;
        foreach (var handle in metadata.GetAssemblyDefinition().GetCustomAttributes())
        {
            var attribute = metadata.GetCustomAttribute(handle);
            var value = metadata.GetBlobReader(attribute.Value);
            if (attribute.Constructor.Kind != HandleKind.MemberReference || value.Length != ValuePosition + sizeof(int) + sizeof(ushort)
                || metadata.GetMemberReference((MemberReferenceHandle)attribute.Constructor).Parent is not { Kind: HandleKind.TypeReference } parent
                || metadata.GetString(metadata.GetTypeReference((TypeReferenceHandle)parent).Name) != nameof(System.Diagnostics.DebuggableAttribute))
            {
                continue;
            }

            value.Offset = ValuePosition;
            var modes = value.ReadInt32();

            // A blob begins with its length, which takes one byte here.
            var position = pe.PEHeaders.MetadataStartOffset + metadata.GetHeapMetadataOffset(HeapIndex.Blob) + metadata.GetHeapOffset(attribute.Value) + 1 + ValuePosition;
            return (position, modes);
        }

        return null;
    }

    /// <summary>Takes read-only away from the static fields that the agent can reach: those of a generic type are out of its reach.</summary>
    private static void FreeStatics(byte[] image, PEReader pe, MetadataReader metadata)
    {
        var table = pe.PEHeaders.MetadataStartOffset + metadata.GetTableMetadataOffset(TableIndex.Field);
        var size = metadata.GetTableRowSize(TableIndex.Field);
        foreach (var handle in metadata.FieldDefinitions)
        {
            var field = metadata.GetFieldDefinition(handle);
            const FieldAttributes ReadOnlyStatic = FieldAttributes.Static | FieldAttributes.InitOnly;
            if ((field.Attributes & ReadOnlyStatic) == ReadOnlyStatic && (field.Attributes & FieldAttributes.HasFieldRVA) == 0
                && metadata.GetTypeDefinition(field.GetDeclaringType()).GetGenericParameters().Count == 0)
            {
                BitConverter.TryWriteBytes(image.AsSpan(table + (MetadataTokens.GetRowNumber(handle) - 1) * size), (ushort)(field.Attributes & ~FieldAttributes.InitOnly));
            }
        }
    }

    /// <summary>Forbids the inlining of all methods that could be seen on a stack. That also forbids them to leave it before their last call returns.</summary>
    private static void KeepFrames(byte[] image, PEReader pe, MetadataReader metadata)
    {
        const int FlagsPosition = 4;
        var table = pe.PEHeaders.MetadataStartOffset + metadata.GetTableMetadataOffset(TableIndex.MethodDef);
        var size = metadata.GetTableRowSize(TableIndex.MethodDef);
        foreach (var handle in metadata.MethodDefinitions)
        {
            var method = metadata.GetMethodDefinition(handle);
            if (method.RelativeVirtualAddress != 0 && !IsFieldAccess(pe.GetMethodBody(method.RelativeVirtualAddress).GetILBytes()))
            {
                var flags = (method.ImplAttributes & ~MethodImplAttributes.AggressiveInlining) | MethodImplAttributes.NoInlining;
                BitConverter.TryWriteBytes(image.AsSpan(table + (MetadataTokens.GetRowNumber(handle) - 1) * size + FlagsPosition), (ushort)flags);
            }
        }
    }

    /// <summary>An accessor of an automatic property: nothing can go wrong in it, so nobody sees its frame.</summary>
    private static bool IsFieldAccess(byte[]? code) => code
        is [0x02, 0x7B, _, _, _, _, 0x2A]
        or [0x02, 0x03, 0x7D, _, _, _, _, 0x2A];
}
