using System.Text;
using Microsoft.CodeAnalysis.Text;

namespace Mutators.Campaign.Projects;

/// <summary>Reads source files as the C# compiler reads them: by their byte order mark, else as UTF-8, else in the legacy code page.</summary>
internal static class SourceDecoding
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static readonly Encoding Legacy = CodePagesEncodingProvider.Instance.GetEncoding(1252) ?? Encoding.Latin1;

    /// <summary>The text of a file's bytes; its encoding writes the same bytes again.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="named">The encoding that the project names (<c>CodePage</c>), or null.</param>
    /// <param name="algorithm">The checksum that debug information keeps of the file.</param>
    public static SourceText Decode(byte[] bytes, Encoding? named, SourceHashAlgorithm algorithm)
    {
        if (named is not null)
        {
            return SourceText.From(bytes, bytes.Length, named, algorithm);
        }

        try
        {
            return SourceText.From(bytes, bytes.Length, StrictUtf8, algorithm);
        }
        catch (DecoderFallbackException)
        {
            return SourceText.From(bytes, bytes.Length, Legacy, algorithm);
        }
    }
}
