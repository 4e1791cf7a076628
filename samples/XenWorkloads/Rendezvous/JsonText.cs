using System.Text;
using System.Text.Encodings.Web;

namespace Xen.XenWorkloads.Rendezvous;

/// <summary>Text as JSON writes it; most of ours needs no escapes and is appended as it is.</summary>
internal static class JsonText
{
    public static void Append(StringBuilder line, string text)
    {
        line.Append('"');
        foreach (var c in text)
        {
            if (c is < ' ' or '"' or '\\' or > '~')
            {
                line.Append(JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text)).Append('"');
                return;
            }
        }
        line.Append(text).Append('"');
    }
}
