using System.Collections.Immutable;
using System.Globalization;
using Mutators.Reliability.Diagrams;

namespace Mutators.Reliability.Repair;

/// <summary>
/// A Markov chain in continuous time with few states. Solved by eliminating one state after the other (Grassmann, Taksar and Heyman):
/// nothing is subtracted, so that rates of 10^−9 beside rates of 1 lose no digits.
/// </summary>
public sealed class MarkovChain
{
    /// <summary>The work grows with the cube of it: about a second.</summary>
    public const int MaximumStates = 1024;

    private readonly double[,] rates;

    /// <summary>A chain.</summary>
    /// <param name="states">The states' names, each once.</param>
    /// <param name="rates">The rate from each state (row) to each other one (column); the diagonal is not looked at.</param>
    /// <exception cref="ModelInputException">There are too many states.</exception>
    public MarkovChain(ImmutableArray<string> states, double[,] rates)
    {
        if (states.Length is 0 or > MaximumStates)
        {
            throw new ModelInputException($"A chain of {states.Length} states cannot be solved.", $"Give 1 to {MaximumStates} states.");
        }

        States = states;
        this.rates = rates;
    }

    /// <summary>The states' names.</summary>
    public ImmutableArray<string> States { get; }

    /// <summary>Reads transitions such as <c>up&gt;down=0.01</c>; states are those that occur.</summary>
    /// <exception cref="ModelInputException">One cannot be read, has a negative rate, or is there twice.</exception>
    public static MarkovChain Parse(IEnumerable<string> transitions)
    {
        var read = Assignment.ParseAll(transitions).Select(each => each.Name.Split('>', StringSplitOptions.TrimEntries) is [{ Length: > 0 } from, { Length: > 0 } to] && from != to
            ? (From: from, To: to, Rate: Repair.Rate.Require(each.Number, $"the rate of {each.Name}"))
            : throw new ModelInputException($"'{each.Name}' is no transition between two states.", "Write FROM>TO=RATE, for example 'up>down=0.01'.")).ToList();
        ImmutableArray<string> states = [.. read.SelectMany(each => new[] { each.From, each.To }).Distinct(StringComparer.Ordinal)];
        var rates = new double[states.Length, states.Length];
        foreach (var (from, to, rate) in read)
        {
            rates[states.IndexOf(from), states.IndexOf(to)] += rate;
        }

        return new MarkovChain(states, rates);
    }

    /// <summary>The index of a state.</summary>
    /// <exception cref="ModelInputException">There is none of this name.</exception>
    public int IndexOf(string state) => States.IndexOf(state) is >= 0 and var index
        ? index
        : throw new ModelInputException($"There is no state '{state}'.", $"The states are {string.Join(", ", States.Take(20))}.");

    /// <summary>The share of time that is spent in each state in the long run, from a given beginning.</summary>
    /// <exception cref="ModelInputException">That depends on chance: there is more than one group of states that is never left again.</exception>
    public ImmutableArray<double> SteadyState(int start)
    {
        var recurrent = Recurrent(start);
        var left = Copy(recurrent);
        var count = recurrent.Length;
        var outflow = new double[count];
        for (var k = count - 1; k > 0; k--)
        {
            outflow[k] = Outflow(left, k);
            for (var i = 0; i < k; i++)
            {
                for (var j = 0; left[i, k] > 0 && j < k; j++)
                {
                    left[i, j] += left[i, k] * left[k, j] / outflow[k];
                }
            }
        }

        var weights = new double[count];
        weights[0] = 1;
        for (var k = 1; k < count; k++)
        {
            for (var i = 0; i < k; i++)
            {
                weights[k] += weights[i] * left[i, k] / outflow[k];
            }
        }

        var all = new double[States.Length];
        var sum = weights.Sum();
        foreach (var (index, state) in recurrent.Index())
        {
            all[state] = weights[index] / sum;
        }

        return [.. all];
    }

    /// <summary>The mean time until one of the states is reached for the first time; infinite where that may never be.</summary>
    public double MeanTimeTo(Func<int, bool> isReached, int start)
    {
        if (isReached(start))
        {
            return 0;
        }

        // Only what comes before counts; if some of it cannot reach the states any more, the mean is infinite.
        var before = Connected([start], state => !isReached(state), Forwards).Where(state => !isReached(state)).Order().ToArray();
        var arriving = Connected(Enumerable.Range(0, States.Length).Where(isReached), _ => true, Backwards);
        if (!before.All(arriving.Contains))
        {
            return double.PositiveInfinity;
        }

        int[] order = [start, .. before.Where(state => state != start)];
        var left = Copy(order);
        var count = order.Length;
        var time = Enumerable.Repeat(1.0, count).ToArray();
        var end = order.Select(from => Enumerable.Range(0, States.Length).Where(isReached).Sum(to => rates[from, to])).ToArray();
        for (var k = count - 1; k > 0; k--)
        {
            var outflow = Outflow(left, k) + end[k];
            for (var i = 0; i < k; i++)
            {
                var share = left[i, k] / outflow;
                if (share == 0)
                {
                    continue;
                }

                time[i] += share * time[k];
                end[i] += share * end[k];
                for (var j = 0; j < k; j++)
                {
                    left[i, j] += share * left[k, j];
                }
            }
        }

        return time[0] / end[0];
    }

    /// <summary>How often per unit of time the chain goes from one kind of state to the other, in the long run.</summary>
    public double Frequency(ImmutableArray<double> steady, Func<int, bool> from) => Enumerable.Range(0, States.Length)
        .Where(from)
        .Sum(state => steady[state] * Enumerable.Range(0, States.Length).Where(to => to != state && !from(to)).Sum(to => rates[state, to]));

    /// <summary>The flow out of state k towards states that are still there.</summary>
    private static double Outflow(double[,] left, int k)
    {
        var sum = 0.0;
        for (var j = 0; j < k; j++)
        {
            sum += left[k, j];
        }

        return sum;
    }

    private double[,] Copy(int[] states)
    {
        var copy = new double[states.Length, states.Length];
        for (var i = 0; i < states.Length; i++)
        {
            for (var j = 0; j < states.Length; j++)
            {
                copy[i, j] = i == j ? 0 : rates[states[i], states[j]];
            }
        }

        return copy;
    }

    /// <summary>The states that are visited for ever, from a given beginning.</summary>
    private int[] Recurrent(int start)
    {
        // A step that cannot be taken back leads on; where all can, the group is never left.
        var reachable = Connected([start], _ => true, Forwards);
        var (state, group, returning) = (start, reachable, Connected([start], _ => true, Backwards));
        while (!group.IsSubsetOf(returning))
        {
            state = group.Where(each => !returning.Contains(each)).Min();
            group = Connected([state], _ => true, Forwards);
            returning = Connected([state], _ => true, Backwards);
        }

        return reachable.IsSubsetOf(returning)
            ? [.. group.Order()]
            : throw new ModelInputException(
                "The chain has no steady state that is independent of chance: it can be caught in different groups of states.",
                "Add the transitions that lead out of them.");
    }

    private double Forwards(int from, int to) => rates[from, to];

    private double Backwards(int from, int to) => rates[to, from];

    /// <summary>The states that transitions lead to, the first ones included.</summary>
    private HashSet<int> Connected(IEnumerable<int> from, Func<int, bool> goesOn, Func<int, int, double> rate)
    {
        var seen = from.ToHashSet();
        var open = new Queue<int>(seen);
        while (open.TryDequeue(out var state))
        {
            for (var next = 0; goesOn(state) && next < States.Length; next++)
            {
                if (next != state && rate(state, next) > 0 && seen.Add(next))
                {
                    open.Enqueue(next);
                }
            }
        }

        return seen;
    }
}

/// <summary>Rates: so many events per unit of time.</summary>
internal static class Rate
{
    /// <summary>The value, if it is a rate.</summary>
    public static double Require(double value, string name) => value >= 0 && double.IsFinite(value)
        ? value
        : throw new ModelInputException(string.Create(CultureInfo.InvariantCulture, $"{name} is {value:R}, which is no rate."), "Rates are events per unit of time, 0 or more.");
}
