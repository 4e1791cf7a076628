namespace Mutators.Agent;

/// <summary>
/// What a test host prints for the harness, on standard output among whatever the tests print: one line each, which begins with a character
/// that programs do not print. What is printed before a death is not lost, and tells which test was under way.
/// </summary>
internal static class TestProtocol
{
    /// <summary>Begins each line.</summary>
    internal const char Sign = '\u0002';

    /// <summary><c>t NUMBER CLASS|NAME</c>: there is such a test. Printed when all tests are asked for by <see cref="Golden"/> or <see cref="Coverage"/>.</summary>
    internal const char Known = 't';

    /// <summary><c>n COUNT DIGEST</c>: how many tests there are, and a digest of their names; the first line of each run.</summary>
    internal const char Count = 'n';

    /// <summary><c>s NUMBER</c>: a test begins.</summary>
    internal const char Started = 's';

    /// <summary><c>e NUMBER STATE MICROSECONDS TICKS TEXT</c>: a test has ended; passed tests are told only by <see cref="Golden"/> and <see cref="Coverage"/>.</summary>
    internal const char Ended = 'e';

    /// <summary><c>c NUMBER SITES</c>: the sites that a test reaches first of all that is known; -1 for what no test is to blame for.</summary>
    internal const char Reached = 'c';

    /// <summary><c>i SITES</c>: sites that were reached while a type was initialised.</summary>
    internal const char Initialising = 'i';

    /// <summary><c>h SITE COUNT</c>: how often a site was reached.</summary>
    internal const char Hits = 'h';

    /// <summary>
    /// <c>r NUMBER STATE</c>: how a test ended when the same mutant met it once more; without a state, that it begins; with <see cref="NextRound"/> for the
    /// number, that all of them begin once more.
    /// </summary>
    internal const char Repeated = 'r';

    /// <summary>Stands for a test's number where a round of repetitions begins.</summary>
    internal const int NextRound = -1;

    /// <summary><c>z</c>: the run is through, whatever became of the tests; the last line of each run that the tests let come to its end.</summary>
    internal const char Through = 'z';

    /// <summary>The first argument: every test, told in full.</summary>
    internal const string Golden = "golden";

    /// <summary>The first argument: every test, with the sites it reaches.</summary>
    internal const string Coverage = "coverage";

    /// <summary>The first argument: the tests named, until one fails.</summary>
    internal const string UntilFailure = "until-failure";

    /// <summary>The first argument: all tests that are named.</summary>
    internal const string Matrix = "matrix";

    /// <summary>
    /// The third argument, optional: how often tests are run once more. Those that fail are repeated in any case, once at least; where it is given, so are
    /// those that pass.
    /// </summary>
    internal const int FailuresRepeated = 1;

    /// <summary>The second argument, for all tests; otherwise numbers with commas between them.</summary>
    internal const string All = "all";

    /// <summary>How a test ended, as one letter.</summary>
    internal const string Passed = "p";
    internal const string Failed = "f";
    internal const string Skipped = "k";

    /// <summary>The state of a test that does not end the same way each time.</summary>
    internal const string Flaky = "y";

    /// <summary>The state of a test in which the process ended, written by the harness where it goes on behind it; the text is a failure mode and words.</summary>
    internal const string Died = "d";

    /// <summary>Stands for a line's end in text.</summary>
    internal const char LineEnd = '\u0003';
}
