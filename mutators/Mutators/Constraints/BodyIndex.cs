using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Mutators.Constraints;

/// <summary>What a body names and declares, in document order: walked once, asked by all operators.</summary>
internal sealed class BodyIndex
{
    private static readonly ConditionalWeakTable<SyntaxNode, BodyIndex> Known = new();

    private readonly ILookup<string, IdentifierNameSyntax> _names;

    private BodyIndex(SyntaxNode body)
    {
        var nodes = body.DescendantNodes().ToList();
        _names = nodes.OfType<IdentifierNameSyntax>().ToLookup(name => name.Identifier.ValueText);
        Declarations = [.. nodes.Where(node => node is VariableDeclaratorSyntax or SingleVariableDesignationSyntax or ForEachStatementSyntax or CatchDeclarationSyntax)];
    }

    /// <summary>The declarations of locals.</summary>
    public IReadOnlyList<SyntaxNode> Declarations { get; }

    /// <summary>The index of a body.</summary>
    public static BodyIndex Of(SyntaxNode body) => Known.GetValue(body, each => new BodyIndex(each));

    /// <summary>The uses of a name, whatever it means at each place.</summary>
    public IEnumerable<IdentifierNameSyntax> Named(string name) => _names[name];
}
