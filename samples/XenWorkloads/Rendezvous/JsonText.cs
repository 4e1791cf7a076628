using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;

namespace Xen.XenWorkloads.Rendezvous;

/// <summary>Text as JSON writes it; most of ours needs no escapes and is appended as it is.</summary>
internal static class JsonText
{
    private static readonly SearchValues<char> Plain = SearchValues.Create([.. Enumerable.Range(' ', '~' - ' ' + 1).Select(c => (char)c).Where(c => c is not ('"' or '\\'))]);

    public static void Append(StringBuilder line, string text)
    {
        line.Append('"').Append(text.AsSpan().ContainsAnyExcept(Plain) ? JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text) : text).Append('"');
    }
}
