using Xen.Hypervisor;

namespace Xen.Toolstack.Config;

/// <summary>The right-hand side of an assignment: one value or a list of them.</summary>
public abstract record XluValue(int Line);

/// <summary>A single value. Numbers keep their text; whether it was quoted matters for += only.</summary>
public sealed record XluAtom(string Text, bool Quoted, int Line) : XluValue(Line);

public sealed record XluList(IReadOnlyList<XluValue> Values, int Line) : XluValue(Line);

/// <summary>A parsed configuration file (libxlu_cfg), as the manual page xl.cfg(5) describes it. What it warns about is kept in <see cref="Messages"/>.</summary>
public sealed class XluConfig
{
    private readonly Dictionary<string, XluValue> settings = new(StringComparer.Ordinal);
    private readonly List<string> messages = [];
    private readonly string source;
    private XluLexer lexer = new("");
    private XluToken token;

    private XluConfig(string source) => this.source = source;

    /// <summary>Errors and warnings in the form <c>file:line: text</c>.</summary>
    public IReadOnlyList<string> Messages => messages;

    public static XluConfig Empty(string source) => new(source);

    /// <summary>Parses a text. The last assignment of a key wins. False when there is an error; the messages say which.</summary>
    public static bool TryParse(string text, string source, out XluConfig config)
    {
        config = new XluConfig(source);
        return config.Add(text);
    }

    /// <summary>Parses more settings on top, such as the <c>key=value</c> arguments of a command line.</summary>
    public bool Add(string text)
    {
        lexer = new XluLexer(text);
        Advance();
        while (token.Kind != XluTokenKind.End)
        {
            if (token.Kind == XluTokenKind.Separator)
            {
                Advance();
                continue;
            }
            if (!Setting()) return false;
            if (token.Kind is not (XluTokenKind.Separator or XluTokenKind.End)) return SyntaxError();
        }
        return true;
    }

    /// <summary>xlu_cfg_get_string: 0, ESRCH when the key is absent, EINVAL when it is a list.</summary>
    public int GetString(string key, out string value, bool dontWarn = false)
    {
        value = "";
        if (!settings.TryGetValue(key, out var setting)) return Errno.ESRCH;
        if (setting is not XluAtom atom)
        {
            if (!dontWarn) Warn(setting.Line, $"parameter `{key}' is a list but should be a single value");
            return Errno.EINVAL;
        }
        value = atom.Text;
        return 0;
    }

    /// <summary>xlu_cfg_get_long: 0, ESRCH when the key is absent, EINVAL when it is no number.</summary>
    public int GetLong(string key, out long value, bool dontWarn = false)
    {
        value = 0;
        var error = GetString(key, out var text, dontWarn);
        if (error != 0) return error;
        if (XluNumber.TryParse(text, out value)) return 0;
        if (!dontWarn) Warn(settings[key].Line, $"parameter `{key}' is not a valid number");
        value = 0;
        return Errno.EINVAL;
    }

    /// <summary>xlu_cfg_get_list: 0, ESRCH when the key is absent, EINVAL when it is a single value.</summary>
    public int GetList(string key, out IReadOnlyList<XluValue> values, bool dontWarn = false)
    {
        values = [];
        if (!settings.TryGetValue(key, out var setting)) return Errno.ESRCH;
        if (setting is not XluList list)
        {
            if (!dontWarn) Warn(setting.Line, $"parameter `{key}' is a single value but should be a list");
            return Errno.EINVAL;
        }
        values = list.Values;
        return 0;
    }

    /// <summary>The strings of a list; a nested list among them is warned about and left out.</summary>
    public int GetStrings(string key, out IReadOnlyList<string> values)
    {
        var strings = new List<string>();
        var error = GetList(key, out var list);
        foreach (var value in list)
        {
            if (value is XluAtom atom) strings.Add(atom.Text);
            else Warn(value.Line, $"value in list `{key}' is a list but should be a single value");
        }
        values = strings;
        return error;
    }

    private bool Setting()
    {
        if (token.Kind != XluTokenKind.Key) return SyntaxError();
        var key = token.Text;
        Advance();
        var append = token.Kind == XluTokenKind.Append;
        if (!append && token.Kind != XluTokenKind.Assign) return SyntaxError();
        Advance();
        if (Value() is not { } value) return false;
        if (append && settings.TryGetValue(key, out var before))
        {
            XluValue? joined = (before, value) switch
            {
                (XluList list, XluList more) => new XluList([.. list.Values, .. more.Values], list.Line),
                (XluAtom { Quoted: true } text, XluAtom { Quoted: true } more) => text with { Text = text.Text + more.Text },
                _ => null,
            };
            if (joined is null) return Error(value.Line, $"config parsing error: cannot add to `{key}', it is not a value of the same kind");
            value = joined;
        }
        settings[key] = value;
        return true;
    }

    private XluValue? Value()
    {
        switch (token.Kind)
        {
            case XluTokenKind.Number or XluTokenKind.Text:
                var atom = new XluAtom(token.Text, token.Kind == XluTokenKind.Text, token.Line);
                Advance();
                return atom;
            case XluTokenKind.ListOpen:
                return List();
            default:
                SyntaxError();
                return null;
        }
    }

    private XluList? List()
    {
        var line = token.Line;
        var values = new List<XluValue>();
        Advance();
        while (token.Kind != XluTokenKind.ListClose)
        {
            if (Value() is not { } value) return null;
            values.Add(value);
            if (token.Kind == XluTokenKind.Comma)
            {
                Advance();
            }
            else if (token.Kind != XluTokenKind.ListClose)
            {
                SyntaxError();
                return null;
            }
        }
        Advance();
        return new XluList(values, line);
    }

    private void Advance() => token = lexer.Next();

    private bool SyntaxError()
    {
        var near = token.Kind switch
        {
            XluTokenKind.End => "end of file",
            XluTokenKind.Separator when token.Text == "\n" => "end of line",
            _ => $"`{token.Text}'",
        };
        return Error(token.Line, $"config parsing error near {near}: syntax error");
    }

    private bool Error(int line, string text)
    {
        messages.Add($"{source}:{line}: {text}");
        return false;
    }

    private void Warn(int line, string text) => messages.Add($"{source}:{line}: warning: {text}");
}
