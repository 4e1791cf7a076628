using System.Collections.Immutable;
using System.Globalization;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;

namespace Mutators;

/// <summary>
/// What the compiler made of a program's bodies: the IL of each method, written without the numbers of an assembly's tables, so that
/// the same code has the same text whatever else the assembly holds. What the compiler adds to a method (lambdas, closures, local
/// functions, state machines) is part of it.
/// </summary>
internal sealed class CompiledBodies : IDisposable
{
    /// <summary>
    /// What the compiler makes for a method is named after the method and its place among the members of the type, which a copy has of its own:
    /// <c>&lt;M&gt;b__12_0</c>, <c>&lt;M&gt;d__12</c>, <c>&lt;&gt;c__DisplayClass12_0</c>. What converts a method is numbered over all of the type: <c>&lt;3&gt;__F</c>.
    /// </summary>
    private static readonly Regex PlaceAmongMembers = new(
        @"(<[^<>]*>(?:c__DisplayClass|b__|g__\w+\||9__|O__))\d+(?=_\d)|(<[^<>]*>[cdo]__)\d+|(<)\d+(?=>__)", RegexOptions.CultureInvariant | RegexOptions.Compiled);

    private readonly PEReader _image;
    private readonly MetadataReader _metadata;
    private readonly MetadataNames _names;
    private readonly Dictionary<(string Type, string Method), List<MethodDefinitionHandle>> _methods = [];
    private readonly Dictionary<string, List<MethodDefinitionHandle>> _types = new(StringComparer.Ordinal);

    /// <summary>Reads an assembly.</summary>
    public CompiledBodies(ImmutableArray<byte> image)
    {
        _image = new PEReader(image);
        _metadata = _image.GetMetadataReader();
        _names = new MetadataNames(_metadata);
        foreach (var handle in _metadata.MethodDefinitions)
        {
            var method = _metadata.GetMethodDefinition(handle);
            var type = _names.Type(method.GetDeclaringType());
            Add(_methods, (type, _metadata.GetString(method.Name)), handle);
            Add(_types, type, handle);
        }
    }

    /// <summary>
    /// A hash of all that a part of the program does. A part that metadata calls otherwise than C# is looked for in what is around it:
    /// two parts of which nothing is known must not look equal.
    /// </summary>
    public string Fingerprint(MutatedPart part)
    {
        var methods = part.IsAlone ? [] : part.Methods.SelectMany(method => Find(part.Type, method)).ToList();
        if (part.Overload is { } overload)
        {
            // Were there more or fewer than C# has, nobody could say which one it is.
            methods = methods.Count == overload.Count ? [methods[overload.Index]] : [];
        }

        return Fingerprint(
            methods.Count > 0 ? methods
            : !part.IsAlone && _types.TryGetValue(part.Type, out var all) ? all
            : _metadata.MethodDefinitions);
    }

    /// <summary>A hash of all that a copy does, the same for copies of one member with the same code; null where metadata has no such method.</summary>
    public string? Fingerprint(BodyCopy copy)
    {
        var found = copy.IsConstructor
            ? Find(copy.Type, WellKnownMemberNames.InstanceConstructorName).FindAll(each => _names.Signature(_metadata.GetMethodDefinition(each)).Contains(copy.Name))
            : Find(copy.Type, copy.Name);
        return found.Count == 1 ? Hash(Text(found, name => PlaceAmongMembers.Replace(name, "$1$2$3")).Replace(copy.Name, copy.Kind)) : null;
    }

    private string Fingerprint(IEnumerable<MethodDefinitionHandle> methods) => Hash(Text(methods, name => name));

    private string Text(IEnumerable<MethodDefinitionHandle> methods, Func<string, string> named)
    {
        var text = new StringBuilder();
        var seen = new HashSet<MethodDefinitionHandle>();
        var pending = new Queue<MethodDefinitionHandle>(methods);
        while (pending.Count > 0)
        {
            var handle = pending.Dequeue();
            if (seen.Add(handle))
            {
                Append(text, handle, pending, named);
            }
        }

        return text.ToString();
    }

    private static string Hash(string text)
    {
        using var sha = SHA256.Create();
        return Convert.ToBase64String(sha.ComputeHash(Encoding.UTF8.GetBytes(text)));
    }

    /// <inheritdoc/>
    public void Dispose() => _image.Dispose();

    private void Append(StringBuilder text, MethodDefinitionHandle handle, Queue<MethodDefinitionHandle> pending, Func<string, string> named)
    {
        var method = _metadata.GetMethodDefinition(handle);
        text.Append(named(_names.Member(handle))).Append(' ').Append(named(_names.Signature(method))).Append('\n');
        if (method.RelativeVirtualAddress == 0)
        {
            return;
        }

        var body = _image.GetMethodBody(method.RelativeVirtualAddress);
        text.Append(body.LocalVariablesInitialized).Append(named(_names.Locals(body.LocalSignature))).Append('\n');
        var reader = body.GetILReader();
        while (reader.RemainingBytes > 0)
        {
            Append(text, ref reader, pending, named);
        }

        foreach (var region in body.ExceptionRegions)
        {
            var (tried, handler) = ((region.TryOffset, region.TryLength), (region.HandlerOffset, region.HandlerLength));
            text.Append(region.Kind).Append(tried).Append(handler).Append(region.FilterOffset)
                .Append(region.CatchType.IsNil ? "" : named(_names.Token(region.CatchType))).Append('\n');
        }
    }

    private void Append(StringBuilder text, ref BlobReader reader, Queue<MethodDefinitionHandle> pending, Func<string, string> named)
    {
        var first = reader.ReadByte();
        var code = first == IntermediateLanguage.TwoBytes ? (ushort)((first << 8) | reader.ReadByte()) : first;
        text.Append(code.ToString("x", CultureInfo.InvariantCulture)).Append(' ');
        switch (IntermediateLanguage.OperandOf(code))
        {
            case Operand.String:
                text.Append(_metadata.GetUserString((UserStringHandle)MetadataTokens.Handle(reader.ReadInt32())));
                break;
            case Operand.Token:
                var token = MetadataTokens.EntityHandle(reader.ReadInt32());
                text.Append(named(_names.Token(token)));
                Follow(token, pending);
                break;
            case Operand.Switch:
                for (var left = reader.ReadInt32(); left > 0; left--)
                {
                    text.Append(reader.ReadInt32()).Append(',');
                }

                break;
            case var size:
                for (var left = (int)size; left > 0; left--)
                {
                    text.Append(reader.ReadByte().ToString("x2", CultureInfo.InvariantCulture));
                }

                break;
        }

        text.Append('\n');
    }

    // What the compiler made for a method has a name that C# cannot write. One class, `<>c`, holds the lambdas of all methods of a type.
    private void Follow(EntityHandle named, Queue<MethodDefinitionHandle> pending)
    {
        var (type, member) = _names.Split(named);
        if (type is null)
        {
            return;
        }

        var name = type.Substring(type.LastIndexOf('+') + 1);
        if (name.StartsWith("<", StringComparison.Ordinal) && name != "<>c" && _types.TryGetValue(type, out var all))
        {
            all.ForEach(pending.Enqueue);
        }
        else if (member?.StartsWith("<", StringComparison.Ordinal) == true)
        {
            Find(type, member).ForEach(pending.Enqueue);
        }
    }

    private List<MethodDefinitionHandle> Find(string type, string method) => _methods.TryGetValue((type, method), out var found) ? found : [];

    private static void Add<TKey>(Dictionary<TKey, List<MethodDefinitionHandle>> index, TKey key, MethodDefinitionHandle handle)
    {
        if (!index.TryGetValue(key, out var list))
        {
            index.Add(key, list = []);
        }

        list.Add(handle);
    }
}
