using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;

namespace Mutators.Campaign.Engines.Reload;

/// <summary>
/// Writes deltas of one loaded module that give methods other bodies. The bodies were compiled into the module as methods of their own, so
/// that every token in them is valid already: such a delta holds rows of methods and nothing else, and costs microseconds instead of a compilation.
/// One instance follows one module in one process, since each delta adds to the heaps that the next one continues.
/// </summary>
internal sealed class MethodDelta
{
    private readonly int _guidHeap;
    private readonly int _userStringHeap;
    private readonly int _blobHeap;
    private readonly GuidHandleSource _generation = new();
    private readonly Guid _mvid;
    private readonly string _moduleName;
    private int _stringHeap;

    /// <param name="golden">The metadata of the module as it was loaded.</param>
    public MethodDelta(MetadataReader golden)
    {
        _guidHeap = golden.GetHeapSize(HeapIndex.Guid);
        _userStringHeap = golden.GetHeapSize(HeapIndex.UserString);
        _blobHeap = golden.GetHeapSize(HeapIndex.Blob);
        _stringHeap = golden.GetHeapSize(HeapIndex.String);
        var module = golden.GetModuleDefinition();
        _mvid = golden.GetGuid(module.Mvid);
        _moduleName = golden.GetString(module.Name);
    }

    /// <summary>The delta that gives each method its body; each method once.</summary>
    public (byte[] Metadata, byte[] IL) Write(IReadOnlyList<(MethodRow Method, ImmutableArray<byte> Body)> methods)
    {
        var metadata = new MetadataBuilder(_userStringHeap, _stringHeap, _blobHeap, _guidHeap);
        metadata.AddModule(
            generation: _generation.Next,
            moduleName: metadata.GetOrAddString(_moduleName),
            mvid: metadata.GetOrAddGuid(_mvid),
            encId: metadata.GetOrAddGuid(_generation.Current),
            encBaseId: _generation.Previous is { } previous ? metadata.GetOrAddGuid(previous) : default);

        // A body's address is its offset; 0 would say that there is none.
        var il = new BlobBuilder();
        il.WriteInt32(0);
        foreach (var (method, body) in methods.OrderBy(each => each.Method.Row))
        {
            il.Align(4);
            var handle = MetadataTokens.MethodDefinitionHandle(method.Row);
            metadata.AddMethodDefinition(
                method.Attributes, method.ImplAttributes, metadata.GetOrAddString(method.Name), method.Signature, il.Count, method.FirstParameter);
            metadata.AddEncLogEntry(handle, EditAndContinueOperation.Default);
            metadata.AddEncMapEntry(handle);
            il.WriteBytes(body);
        }

        var written = new BlobBuilder();
        var root = new MetadataRootBuilder(metadata, suppressValidation: true);
        root.Serialize(written, methodBodyStreamRva: 0, mappedFieldDataStreamRva: 0);
        _stringHeap += root.Sizes.HeapSizes[(int)HeapIndex.String];
        _generation.Advance();
        return (written.ToArray(), il.ToArray());
    }

    /// <summary>Numbers and names of generations; the runtime only asks that they are there.</summary>
    private sealed class GuidHandleSource
    {
        private ushort _number;

        internal int Next => _number + 1;

        internal Guid Current => Name(_number + 1);

        internal Guid? Previous => _number == 0 ? null : Name(_number);

        internal void Advance() => _number++;

        private static Guid Name(int number) => new(number, 0x4d55, 0x5441, 0x54, 0x4f, 0x52, 0x53, 0, 0, 0, 0);
    }
}

/// <summary>A method of golden as its metadata describe it.</summary>
/// <param name="Row">Its row, from 1.</param>
/// <param name="Name">Its name.</param>
/// <param name="Attributes">Its flags.</param>
/// <param name="ImplAttributes">Its implementation flags.</param>
/// <param name="Signature">Its signature.</param>
/// <param name="FirstParameter">The row where its parameters begin.</param>
internal sealed record MethodRow(
    int Row,
    string Name,
    System.Reflection.MethodAttributes Attributes,
    System.Reflection.MethodImplAttributes ImplAttributes,
    BlobHandle Signature,
    ParameterHandle FirstParameter);
