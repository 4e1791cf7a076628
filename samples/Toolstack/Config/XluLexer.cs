using System.Globalization;
using System.Text;

namespace Xen.Toolstack.Config;

/// <summary>What the lexer of configuration files makes of the text.</summary>
public enum XluTokenKind
{
    End,
    Separator,
    Key,
    Number,
    Text,
    Assign,
    Append,
    ListOpen,
    ListClose,
    Comma,
    Bad,
}

public readonly record struct XluToken(XluTokenKind Kind, string Text, int Line);

/// <summary>The lexer of libxlu_cfg: keys, numbers, quoted strings with escapes, lists; newlines inside a list mean nothing.</summary>
public sealed class XluLexer(string text)
{
    private int at;
    private int line = 1;
    private int depth;

    public XluToken Next()
    {
        SkipBlanks();
        if (at >= text.Length) return Token(XluTokenKind.End, "");
        var c = text[at];
        switch (c)
        {
            case '\n':
                at++;
                line++;
                return new XluToken(XluTokenKind.Separator, "\n", line - 1);
            case ';':
                at++;
                return Token(XluTokenKind.Separator, ";");
            case '=':
                at++;
                return Token(XluTokenKind.Assign, "=");
            case '+' when at + 1 < text.Length && text[at + 1] == '=':
                at += 2;
                return Token(XluTokenKind.Append, "+=");
            case '[':
                at++;
                depth++;
                return Token(XluTokenKind.ListOpen, "[");
            case ']':
                at++;
                if (depth > 0) depth--;
                return Token(XluTokenKind.ListClose, "]");
            case ',':
                at++;
                return Token(XluTokenKind.Comma, ",");
            case '"' or '\'':
                return Quoted(c);
            default:
                if (char.IsAsciiDigit(c)) return Number();
                if (char.IsAsciiLetterLower(c)) return Key();
                at++;
                return Token(XluTokenKind.Bad, c.ToString());
        }
    }

    private XluToken Token(XluTokenKind kind, string of) => new(kind, of, line);

    private void SkipBlanks()
    {
        while (at < text.Length)
        {
            var c = text[at];
            if (c == '#')
            {
                while (at < text.Length && text[at] != '\n') at++;
            }
            else if (c == '\n' && depth > 0)
            {
                line++;
                at++;
            }
            else if (c is ' ' or '\t' or '\r')
            {
                at++;
            }
            else
            {
                return;
            }
        }
    }

    private XluToken Key()
    {
        var start = at;
        while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] is '_' or '.')) at++;
        return Token(XluTokenKind.Key, text[start..at]);
    }

    private XluToken Number()
    {
        var start = at;
        while (at < text.Length && char.IsAsciiLetterOrDigit(text[at])) at++;
        var number = text[start..at];
        return Token(XluNumber.TryParse(number, out _) ? XluTokenKind.Number : XluTokenKind.Bad, number);
    }

    private XluToken Quoted(char quote)
    {
        var start = at;
        at++;
        var value = new StringBuilder();
        while (at < text.Length && text[at] != quote && text[at] != '\n')
        {
            if (text[at] != '\\')
            {
                value.Append(text[at]);
                at++;
                continue;
            }
            at++;
            if (!Escape(value)) return Token(XluTokenKind.Bad, text[start..Math.Min(at + 1, text.Length)]);
        }
        if (at >= text.Length || text[at] != quote) return Token(XluTokenKind.Bad, text[start..at]);
        at++;
        return Token(XluTokenKind.Text, value.ToString());
    }

    private bool Escape(StringBuilder value)
    {
        if (at >= text.Length) return false;
        var c = text[at];
        at++;
        switch (c)
        {
            case 'a': value.Append('\a'); return true;
            case 'b': value.Append('\b'); return true;
            case 'f': value.Append('\f'); return true;
            case 'n': value.Append('\n'); return true;
            case 'r': value.Append('\r'); return true;
            case 't': value.Append('\t'); return true;
            case 'v': value.Append('\v'); return true;
            case '\\' or '\'' or '"': value.Append(c); return true;
            case 'x':
                if (at + 2 > text.Length) return false;
                if (!byte.TryParse(text.AsSpan(at, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex)) return false;
                value.Append((char)hex);
                at += 2;
                return true;
            default:
                if (c is < '0' or > '7') return false;
                var octal = c - '0';
                for (var digits = 1; digits < 3 && at < text.Length && text[at] is >= '0' and <= '7'; digits++)
                {
                    octal = octal * 8 + (text[at] - '0');
                    at++;
                }
                if (octal > 255) return false;
                value.Append((char)octal);
                return true;
        }
    }
}

/// <summary>The numbers of configuration files: decimal, octal with a leading 0, hexadecimal with a leading 0x.</summary>
public static class XluNumber
{
    public static bool TryParse(string text, out long number)
    {
        number = 0;
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            return long.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number) && number >= 0;
        }
        if (text.Length > 1 && text[0] == '0')
        {
            foreach (var c in text)
            {
                if (c is < '0' or > '7') return false;
                if (number > (long.MaxValue >> 3)) return false;
                number = number * 8 + (c - '0');
            }
            return true;
        }
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}
