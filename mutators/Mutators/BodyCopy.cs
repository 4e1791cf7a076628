using System.Collections.Immutable;
using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Mutators;

/// <summary>
/// A method's body, golden's or a mutant's, as a method of its own at the end of the type: what a body means does not depend on its method's name, so
/// any number of mutants of one method are compiled at once. It compiles as golden's does or not at all; then the mutant has to take golden's place.
/// What a method captures of a primary constructor's parameters is in its own code, so the constructor need not be compared as well.
/// </summary>
/// <param name="Type">The type, as metadata names it.</param>
/// <param name="Method">The method's name.</param>
/// <param name="Name">The copy's own name.</param>
/// <param name="Tree">Golden's tree, which holds the method.</param>
/// <param name="Place">Where in the tree the method begins.</param>
/// <param name="Insertion">The copy, and where in the tree it goes.</param>
internal sealed record BodyCopy(string Type, string Method, string Name, SyntaxTree Tree, int Place, TextChange Insertion)
{
    /// <summary>Attributes that change the code of the method that carries them.</summary>
    private static readonly string[] CodeAttributes = ["SkipLocalsInit", "UnscopedRef", "AsyncMethodBuilder"];

    /// <summary>The method whose body a mutant changes, if it can be copied.</summary>
    /// <param name="tree">Golden's tree.</param>
    /// <param name="part">What the mutant changes.</param>
    /// <param name="mutant">The mutant.</param>
    /// <param name="cancel">Stops the parser.</param>
    public static MethodDeclarationSyntax? MethodOf(SyntaxTree tree, MutatedPart part, Mutant mutant, CancellationToken cancel)
    {
        if (part.IsAlone)
        {
            return null;
        }

        var method = tree.GetRoot(cancel).FindToken(mutant.Site.Span.Start).Parent!.FirstAncestorOrSelf<MethodDeclarationSyntax>(each => each.FullSpan == part.Declaration);
        var isCopyable = method is { ContainsDirectives: false, Parent: ClassDeclarationSyntax or StructDeclarationSyntax or RecordDeclarationSyntax }
            && BodyOf(method) is { } body
            && !(method.TypeParameterList is not null && InheritsConstraints(method))
            && mutant.Site.Edits.All(edit => edit.Span.Start >= body.FullSpan.Start && edit.Span.End <= method.Span.End);
        return isCopyable ? method : null;
    }

    /// <summary>A copy of a method.</summary>
    /// <param name="method">The method, in golden.</param>
    /// <param name="type">Its type, as metadata names it.</param>
    /// <param name="mutant">The mutant whose body it gets; null for golden's.</param>
    /// <param name="number">What tells it from other copies.</param>
    public static BodyCopy Of(MethodDeclarationSyntax method, string type, Mutant? mutant, int number)
    {
        var name = string.Format(CultureInfo.InvariantCulture, "{0}__c{1}_mutators", method.Identifier.ValueText, number);
        var end = ((TypeDeclarationSyntax)method.Parent!).CloseBraceToken;
        var text = string.Format(
            CultureInfo.InvariantCulture,
            "\n#line {0}\n{1}\n#line {2}\n",
            Line(BodyOf(method)!),
            Header(method, name) + Body(method, mutant?.Site.Edits ?? []),
            Line(end));
        return new BodyCopy(type, method.Identifier.ValueText, name, method.SyntaxTree, method.SpanStart, new TextChange(new TextSpan(end.SpanStart, 0), text));
    }

    // An instruction can hold the number of its line.
    private static int Line(SyntaxNodeOrToken part) => part.GetLocation()!.GetLineSpan().StartLinePosition.Line + 1;

    private static string Header(MethodDeclarationSyntax method, string name)
    {
        var attributes = method.AttributeLists.Where(list => list.Target is null).SelectMany(list => list.Attributes)
            .Where(attribute => CodeAttributes.Any(each => attribute.Name.ToString().Split('.').Last().StartsWith(each, StringComparison.Ordinal)))
            .Select(attribute => $"[{attribute}] ");
        var modifiers = method.Modifiers.Where(each => each.Kind() is SyntaxKind.StaticKeyword or SyntaxKind.UnsafeKeyword or SyntaxKind.AsyncKeyword or SyntaxKind.ReadOnlyKeyword)
            .Select(each => $"{each.Text} ");
        return $"{string.Concat(attributes)}private {string.Concat(modifiers)}{method.ReturnType} {name}{method.TypeParameterList}{method.ParameterList} "
            + $"{string.Join(" ", method.ConstraintClauses.Select(each => each.ToString()))} ";
    }

    private static string Body(MethodDeclarationSyntax method, IEnumerable<TextChange> edits)
    {
        var start = BodyOf(method)!.FullSpan.Start;
        var body = SourceText.From(method.SyntaxTree.GetText().ToString(TextSpan.FromBounds(start, method.Span.End)));
        return body.WithChanges(edits.Select(edit => new TextChange(new TextSpan(edit.Span.Start - start, edit.Span.Length), edit.NewText!))).ToString();
    }

    private static SyntaxNode? BodyOf(MethodDeclarationSyntax method) => (SyntaxNode?)method.Body ?? method.ExpressionBody;

    private static bool InheritsConstraints(MethodDeclarationSyntax method) =>
        method.ExplicitInterfaceSpecifier is not null || method.Modifiers.Any(SyntaxKind.OverrideKeyword);
}
