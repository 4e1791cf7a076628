using System.Collections.Immutable;

namespace Mutators.Campaign.Propagation;

/// <summary>The state of one component in both runs, and where it differs.</summary>
internal sealed class StateMap
{
    private readonly Dictionary<string, string> _golden = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _faulty = new(StringComparer.Ordinal);
    private readonly List<Rendezvous> _waiting = [];
    private readonly SortedDictionary<string, (string? Golden, string? Faulty)> _differing = new(StringComparer.Ordinal);

    /// <summary>The fields that differ now.</summary>
    public IReadOnlyDictionary<string, (string? Golden, string? Faulty)> Differing => _differing;

    /// <summary>A copy, in which steps can be tried.</summary>
    public StateMap Copy()
    {
        var copy = new StateMap();
        foreach (var (field, value) in _golden)
        {
            copy._golden.Add(field, value);
        }

        foreach (var (field, value) in _faulty)
        {
            copy._faulty.Add(field, value);
        }

        foreach (var (field, values) in _differing)
        {
            copy._differing.Add(field, values);
        }

        copy._waiting.AddRange(_waiting);
        return copy;
    }

    /// <summary>A step that is the same in both runs, in a state that is: what it changed is looked at when it is asked for.</summary>
    public void Apply(Rendezvous inBoth)
    {
        if (_differing.Count > 0)
        {
            Apply(inBoth.State, inBoth.State);
            return;
        }

        _waiting.Add(inBoth);
    }

    private static readonly ImmutableArray<KeyValuePair<string, string?>> nothing = [];

    /// <summary>Applies what a step changed in the two runs.</summary>
    /// <returns>The fields that differ anew or otherwise than before, and how many became equal.</returns>
    public (List<string> New, int Healed) Apply(ImmutableArray<KeyValuePair<string, string?>>? golden, ImmutableArray<KeyValuePair<string, string?>>? faulty)
    {
        foreach (var each in _waiting)
        {
            Write(_golden, each.State, null);
            Write(_faulty, each.State, null);
        }

        _waiting.Clear();
        var touched = new SortedSet<string>(StringComparer.Ordinal);
        Write(_golden, golden, touched);
        Write(_faulty, faulty, touched);
        var fresh = new List<string>();
        var healed = 0;
        foreach (var field in touched)
        {
            var now = (Golden: _golden.GetValueOrDefault(field), Faulty: _faulty.GetValueOrDefault(field));
            if (now.Golden == now.Faulty)
            {
                healed += _differing.Remove(field) ? 1 : 0;
            }
            else if (!_differing.TryGetValue(field, out var before) || before != now)
            {
                _differing[field] = now;
                fresh.Add(field);
            }
        }

        return (fresh, healed);
    }

    private static void Write(Dictionary<string, string> state, ImmutableArray<KeyValuePair<string, string?>>? changes, SortedSet<string>? touched)
    {
        foreach (var (field, value) in changes ?? nothing)
        {
            touched?.Add(field);
            if (value is not null)
            {
                state[field] = value;
                continue;
            }

            // What is no more takes along all that is named below it.
            state.Remove(field);
            foreach (var below in state.Keys.Where(each => each.StartsWith(field, StringComparison.Ordinal) && each.Length > field.Length && each[field.Length] == '.').ToList())
            {
                state.Remove(below);
                touched?.Add(below);
            }
        }
    }
}
