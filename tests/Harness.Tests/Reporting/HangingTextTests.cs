namespace Mutators.Reporting;

[TestClass]
public sealed class HangingTextTests
{
    [TestMethod]
    [DataRow("golden     is short", "golden     is short")]
    [DataRow("golden     1d315f8027 of a day (the work tree has changes)", "golden     1d315f8027 of a day (the work\n           tree has changes)")]
    [DataRow("golden     exactly as wide as the terminal", "golden     exactly as wide as the\n           terminal")]
    [DataRow("golden     /a/path/without/any/blank/that/is/wider/than/this", "golden     /a/path/without/any/blank/tha\n           t/is/wider/than/this")]
    [DataRow("golden     first line\nand a second that has more words than fit", "golden     first line\nand a second that has more words than\n           fit")]
    public void Words_that_do_not_fit_stand_under_the_column_of_the_text(string text, string expected) => Assert.AreEqual(expected, HangingText.Wrap(text, 40, 11));

    [TestMethod]
    public void Nothing_hangs_where_too_little_of_the_terminal_would_be_left() =>
        Assert.AreEqual("survived          a\nplace and a change", HangingText.Wrap("survived          a place and a change", 19, 18));
}
