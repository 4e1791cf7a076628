using System.Globalization;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Mutators.Campaign.Engines.Reload;

/// <summary>A golden file with ticks in it and with variants behind the members that they belong to; golden's lines keep their numbers.</summary>
internal sealed class InstrumentedFile
{
    private readonly List<(int Start, int End, int Variant)> _variants = [];

    private InstrumentedFile(SyntaxTree golden, SyntaxTree tree)
    {
        Golden = golden;
        Tree = tree;
    }

    /// <summary>The golden tree.</summary>
    public SyntaxTree Golden { get; }

    /// <summary>The tree that takes its place.</summary>
    public SyntaxTree Tree { get; private set; }

    /// <summary>Whether golden's own lines can be named in it: not if the file names lines of other files itself.</summary>
    public static bool CanHoldVariants(SyntaxTree golden) =>
        !golden.GetRoot().ContainsDirectives || !golden.GetRoot().DescendantTrivia().Any(trivia => trivia.Kind() is SyntaxKind.LineDirectiveTrivia or SyntaxKind.LineSpanDirectiveTrivia);

    /// <summary>Writes the file.</summary>
    /// <param name="golden">The golden tree.</param>
    /// <param name="tick">The statement that counts.</param>
    /// <param name="variants">Number, member that it stands behind, and text of each variant.</param>
    public static InstrumentedFile Write(SyntaxTree golden, string tick, IEnumerable<(int Number, MemberDeclarationSyntax Member, string Text)> variants)
    {
        var text = golden.GetText();
        var byPosition = variants.ToLookup(each => each.Member.Span.End);
        var result = new StringBuilder(text.Length * 2);
        var at = 0;
        var file = new InstrumentedFile(golden, golden);
        var insertions = TickPlanting.In(golden.GetRoot(), tick).Select(change => (Position: change.Span.Start, Text: change.NewText))
            .Concat(byPosition.Select(group => (Position: group.Key, Text: (string?)null)))
            .OrderBy(each => each.Position);
        foreach (var (position, inserted) in insertions)
        {
            result.Append(text.ToString(TextSpan.FromBounds(at, position)));
            at = position;
            if (inserted is not null)
            {
                result.Append(inserted);
                continue;
            }

            foreach (var (number, _, variant) in byPosition[position])
            {
                var start = result.Length;
                result.Append(variant);
                file._variants.Add((start, result.Length, number));
            }

            var line = text.Lines.GetLinePosition(position).Line + 1;
            result.Append('\n').Append(CultureInfo.InvariantCulture, $"#line {line} \"{golden.FilePath}\"\n");
        }

        result.Append(text.ToString(TextSpan.FromBounds(at, text.Length)));
        file.Tree = golden.WithChangedText(SourceText.From(result.ToString(), text.Encoding ?? Encoding.UTF8, text.ChecksumAlgorithm));
        return file;
    }

    /// <summary>The variant that a place of the tree belongs to; null if it is golden's.</summary>
    public int? VariantAt(int position)
    {
        foreach (var (start, end, variant) in _variants)
        {
            if (start <= position && position < end)
            {
                return variant;
            }
        }

        return null;
    }
}
