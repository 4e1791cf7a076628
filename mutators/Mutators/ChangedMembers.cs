using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Mutators;

/// <summary>
/// The members of a file that changed between two texts of it, by their tokens: comments, blanks and where a member stands change nothing. A member that has another
/// name or other parameter types is a new one. Of a type, what stands outside of its members counts as a member by itself; so do all top-level statements together.
/// </summary>
public sealed class ChangedMembers
{
    private readonly SyntaxNode _after;
    private readonly HashSet<(string Key, string Tokens)> _before;

    /// <summary>Compares two texts.</summary>
    /// <param name="before">The earlier one; null if there was no such file, so that everything in it is new.</param>
    /// <param name="after">The later one.</param>
    public ChangedMembers(SyntaxNode? before, SyntaxNode after)
    {
        _after = after;
        _before = before is null ? [] : new HashSet<(string, string)>(Members(before).Select(member => (KeyOf(member), TokensOf(member))));
    }

    /// <summary>Whether a stretch of the later text lies in a member that changed.</summary>
    public bool Holds(TextSpan span)
    {
        var member = MemberAround(_after.FindToken(span.Start).Parent!);
        return !_before.Contains((KeyOf(member), TokensOf(member)));
    }

    private static IEnumerable<SyntaxNode> Members(SyntaxNode root) => root.DescendantNodesAndSelf().Where(IsMember);

    private static SyntaxNode MemberAround(SyntaxNode node) => node.AncestorsAndSelf().First(IsMember);

    private static bool IsMember(SyntaxNode node) => node is BaseMethodDeclarationSyntax or BasePropertyDeclarationSyntax or BaseFieldDeclarationSyntax
        or EnumMemberDeclarationSyntax or BaseTypeDeclarationSyntax or DelegateDeclarationSyntax or CompilationUnitSyntax;

    /// <summary>The types around it, its kind, name and parameter types.</summary>
    private static string KeyOf(SyntaxNode member)
    {
        var around = member.Ancestors().OfType<BaseTypeDeclarationSyntax>().Reverse().Select(type => $"{type.Identifier.Text}`{(type as TypeDeclarationSyntax)?.Arity ?? 0}");
        var name = member switch
        {
            MethodDeclarationSyntax method => $"{method.ExplicitInterfaceSpecifier}{method.Identifier.Text}`{method.Arity}{Types(method.ParameterList)}",
            OperatorDeclarationSyntax method => $"operator {method.OperatorToken.Text}{Types(method.ParameterList)}",
            ConversionOperatorDeclarationSyntax method => $"conversion {Text(method.Type)}{Types(method.ParameterList)}",
            BaseMethodDeclarationSyntax method => Types(method.ParameterList) + Text(method.Modifiers.Any(SyntaxKind.StaticKeyword)),
            PropertyDeclarationSyntax property => $"{property.ExplicitInterfaceSpecifier}{property.Identifier.Text}",
            EventDeclarationSyntax declared => $"{declared.ExplicitInterfaceSpecifier}{declared.Identifier.Text}",
            IndexerDeclarationSyntax indexer => string.Join(",", indexer.ParameterList.Parameters.Select(each => Text(each.Type))),
            BaseFieldDeclarationSyntax field => string.Join(",", field.Declaration.Variables.Select(each => each.Identifier.Text)),
            EnumMemberDeclarationSyntax value => value.Identifier.Text,
            BaseTypeDeclarationSyntax type => $"{type.Identifier.Text}`{(type as TypeDeclarationSyntax)?.Arity ?? 0}",
            DelegateDeclarationSyntax type => type.Identifier.Text,
            _ => "",
        };
        return $"{string.Join(".", around)}|{member.Kind()}|{name}";
    }

    private static string Types(ParameterListSyntax parameters) => $"({string.Join(",", parameters.Parameters.Select(each => $"{each.Modifiers} {Text(each.Type)}"))})";

    private static string Text(SyntaxNode? node) => node is null ? "" : string.Join(" ", node.DescendantTokens().Select(token => token.Text));

    private static string Text(bool isStatic) => isStatic ? " static" : "";

    /// <summary>What it says, without what members of its own say.</summary>
    private static string TokensOf(SyntaxNode member) => member switch
    {
        CompilationUnitSyntax unit => string.Join(" ", unit.Members.OfType<GlobalStatementSyntax>().Select(Text)),
        BaseTypeDeclarationSyntax => string.Join(" ", member.DescendantTokens(node => node == member || !IsMember(node)).Where(token => MemberAround(token.Parent!) == member).Select(token => token.Text)),
        _ => Text(member),
    };
}
