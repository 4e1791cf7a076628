using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;

namespace Xen.XenWorkloads.Rendezvous;

/// <summary>Text as JSON writes it; most of ours needs no escapes and is appended as it is.</summary>
internal static class JsonText
{
    public static void Append(StringBuilder line, string text) =>
        line.Append('"').Append(IsPlain(text) ? text : JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text)).Append('"');

    /// <summary>Names are short: the runtime's vectors would have to be compiled first, and gain nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool IsPlain(string text)
    {
        foreach (var c in text)
        {
            if (c is < ' ' or > '~' or '"' or '\\') return false;
        }
        return true;
    }
}
