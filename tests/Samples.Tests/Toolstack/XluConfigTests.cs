using Xen.Hypervisor;
using Xen.Toolstack.Config;

namespace Samples.Tests.Toolstack;

[TestClass]
public sealed class XluConfigTests
{
    [TestMethod]
    [DataRow("a = \"x\"", "x", DisplayName = "double quotes")]
    [DataRow("a = 'x'", "x", DisplayName = "single quotes")]
    [DataRow("a = 5", "5", DisplayName = "a number is a value too")]
    [DataRow("a='x' # comment", "x", DisplayName = "a comment")]
    [DataRow("a='1'; a='2'", "2", DisplayName = "the last assignment wins, semicolons separate")]
    [DataRow("\n\n;;a='x';\n", "x", DisplayName = "empty statements")]
    [DataRow("a='x'\na += 'y'", "xy", DisplayName = "a string is added to a string")]
    [DataRow("a = 'it\\'s \\x41\\102\\n'", "it's AB\n", DisplayName = "escapes")]
    [DataRow("a.b_9 = 'no'\na = 'x'", "x", DisplayName = "keys may hold digits, dots and underscores")]
    public void A_value_is_read(string text, string value)
    {
        Assert.IsTrue(XluConfig.TryParse(text, "t", out var config), string.Join('\n', config.Messages));
        Assert.AreEqual(0, config.GetString("a", out var read));
        Assert.AreEqual(value, read);
    }

    [TestMethod]
    [DataRow("a = 10", 10L)]
    [DataRow("a = 010", 8L)]
    [DataRow("a = 0x10", 16L)]
    [DataRow("a = '12'", 12L)]
    [DataRow("a = 0", 0L)]
    public void A_number_is_read(string text, long value)
    {
        XluConfig.TryParse(text, "t", out var config);
        Assert.AreEqual(0, config.GetLong("a", out var read));
        Assert.AreEqual(value, read);
    }

    [TestMethod]
    [DataRow("a = ['x', 'y']", "x y")]
    [DataRow("a = ['x', 'y', ]", "x y", DisplayName = "a comma at the end")]
    [DataRow("a = [ ]", "")]
    [DataRow("a = [ 'x',\n # in between\n 'y'\n]", "x y", DisplayName = "newlines and comments inside")]
    [DataRow("a = ['x']\na += ['y']", "x y", DisplayName = "a list is added to a list")]
    public void A_list_is_read(string text, string values)
    {
        Assert.IsTrue(XluConfig.TryParse(text, "t", out var config));
        Assert.AreEqual(0, config.GetStrings("a", out var list));
        Assert.AreEqual(values, string.Join(' ', list));
    }

    [TestMethod]
    [DataRow("a", 1)]
    [DataRow("a = ", 1)]
    [DataRow("a = 'x", 1)]
    [DataRow("a = 'x\n'", 1)]
    [DataRow("A = 1", 1)]
    [DataRow("a = 1 b = 2", 1)]
    [DataRow("a = [1, 2", 1)]
    [DataRow("a = [1 2]", 1)]
    [DataRow("a = 09", 1)]
    [DataRow("a = 1x", 1)]
    [DataRow("a = '\\q'", 1)]
    [DataRow("a = '\\xZZ'", 1)]
    [DataRow("a = '\\777'", 1)]
    [DataRow("= 1", 1)]
    [DataRow("\n\na : 1", 3)]
    [DataRow("a = 1\na += 2", 2)]
    [DataRow("a = 'x'\na += ['y']", 2)]
    public void A_syntax_error_names_its_line(string text, int line)
    {
        Assert.IsFalse(XluConfig.TryParse(text, "file.cfg", out var config));
        StringAssert.StartsWith(config.Messages[^1], $"file.cfg:{line}: ");
    }

    [TestMethod]
    public void A_list_where_a_value_is_wanted_counts_as_absent_and_is_warned_about()
    {
        XluConfig.TryParse("a = []\nb = 'x'\nc = 'many'", "t", out var config);
        Assert.AreEqual(Errno.EINVAL, config.GetString("a", out _));
        Assert.AreEqual(Errno.EINVAL, config.GetList("b", out _));
        Assert.AreEqual(Errno.EINVAL, config.GetLong("c", out _));
        Assert.AreEqual(Errno.ESRCH, config.GetString("d", out _));
        Assert.AreEqual(3, config.Messages.Count);
        StringAssert.StartsWith(config.Messages[0], "t:1: warning: parameter `a'");
    }
}
