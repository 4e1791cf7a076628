using System.Net;
using System.Text;

namespace Mutators.Reporting.Html;

/// <summary>
/// Hypertext under construction. Everything that is interpolated is encoded, unless it is hypertext itself: so no text of a program
/// or a run can become markup by being forgotten.
/// </summary>
internal sealed class HtmlText
{
    private readonly StringBuilder text = new();

    /// <summary>Appends markup with encoded values.</summary>
    public HtmlText Add(FormattableString markup)
    {
        text.AppendFormat(Encoding, markup.Format, markup.GetArguments());
        return this;
    }

    /// <summary>Appends text that is trusted as it is: our own style sheet and scripts.</summary>
    public HtmlText AddTrusted(string trusted)
    {
        text.Append(trusted);
        return this;
    }

    /// <inheritdoc/>
    public override string ToString() => text.ToString();

    private static EncodingFormat Encoding { get; } = new();

    private sealed class EncodingFormat : IFormatProvider, ICustomFormatter
    {
        public object? GetFormat(Type? formatType) => formatType == typeof(ICustomFormatter) ? this : null;

        public string Format(string? format, object? arg, IFormatProvider? formatProvider) => arg switch
        {
            null => "",
            HtmlText html => html.ToString(),
            IFormattable number => WebUtility.HtmlEncode(number.ToString(format, System.Globalization.CultureInfo.InvariantCulture)),
            _ => WebUtility.HtmlEncode(arg.ToString()) ?? "",
        };
    }
}
