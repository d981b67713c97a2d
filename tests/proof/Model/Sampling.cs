using System.Diagnostics;
using System.Globalization;
using CsCheck;
using Xunit.Sdk;
using Draft = (int A, int B, int C, int D);

namespace RlsChat.Tests.Proof.Model;

/// <summary>
/// Tries random drafts, and makes the first that fails smaller, row by row, as long as it still fails.
/// (CsCheck draws them; its own shrinking waits for smaller ones to come by, which is long here.)
/// RLSCHAT_MODEL_SEED repeats a failure, RLSCHAT_MODEL_WORLDS says how many worlds are tried,
/// RLSCHAT_MODEL_SHRINK for how many seconds a failure is made smaller (0: not at all; else 30 where it is
/// found, and as long as it takes where it is repeated).
/// </summary>
internal static class Sampling
{
    /// <summary>Worlds of a test that needs them all; others take a share of it.</summary>
    public static int Worlds => Given("RLSCHAT_MODEL_WORLDS") ?? 24;

    /// <summary>Whether no more is asked for than so many worlds, or than one failure once more.</summary>
    public static bool IsEnough => Seed is not null || Given("RLSCHAT_MODEL_WORLDS") is not null;

    private static string? Seed => Environment.GetEnvironmentVariable("RLSCHAT_MODEL_SEED") is { Length: > 0 } seed ? seed : null;

    /// <exception cref="XunitException">The failure of the smallest drafts, what they stand for, and how to go on.</exception>
    public static void Sample(this Gen<Draft[][]> drafts, int worlds, Action<Draft[][]> check, Func<Draft[][], string> print)
    {
        for (var n = 0; n < (Seed is null ? Math.Max(1, worlds) : 1); n++)
        {
            var random = Seed is null ? PCG.ThreadPCG : PCG.Parse(Seed);
            var state = random.State;
            var drawn = drafts.Generate(random, null, out _);
            if (Failure(drawn, check) is { } failure)
            {
                var (small, last) = Shrink(drawn, failure, check);
                throw new XunitException($"""
                    {last.Message}
                    in a world of {small.Sum(rows => rows.Length)} drafted rows (of {drawn.Sum(rows => rows.Length)}):
                    {print(small)}
                    To see it again, as small as it gets: RLSCHAT_MODEL_SEED={random.ToString(state)} make test-rls FILTER=Model
                    Then find the rule that it is about in docs/access-rules.md. Either tests/proof/Model/Rules.cs differs from it,
                    or the policy, grant or function does.
                    """);
            }
        }
    }

    private static (Draft[][], Exception) Shrink(Draft[][] drafts, Exception failure, Action<Draft[][]> check)
    {
        var clock = Stopwatch.StartNew();
        var time = TimeSpan.FromSeconds(Given("RLSCHAT_MODEL_SHRINK") ?? (Seed is null ? 30 : 600));
        for (var (size, smaller) = (16, true); (size > 1 || smaller) && clock.Elapsed < time; size = Math.Max(1, size / 2))
        {
            smaller = false;
            // From behind: later rows hang on earlier ones.
            for (var table = drafts.Length - 1; table >= 0; table--)
            {
                for (var from = drafts[table].Length - size; from > -size && clock.Elapsed < time; from -= size)
                {
                    var less = drafts.ToArray();
                    less[table] = [.. drafts[table].Where((_, n) => n < from || n >= from + size)];
                    if (Failure(less, check) is { } same && same.GetType() == failure.GetType())
                    {
                        (drafts, failure, smaller) = (less, same, true);
                    }
                }
            }
        }

        return (drafts, failure);
    }

    private static Exception? Failure(Draft[][] drafts, Action<Draft[][]> check)
    {
        try
        {
            check(drafts);
            return null;
        }
        catch (Exception e)
        {
            return e;
        }
    }

    private static int? Given(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}

/// <summary>A world in a failure's message: the rows, one a line.</summary>
internal static class Print
{
    public static string World(World world) => string.Join('\n', world.Rows.Where(r => r is not Role { Org: null }).Select(r => r switch
    {
        Role role => $"Role {role.Key} of {role.Org}: {string.Join(' ', role.Permissions)}",
        _ => r.ToString(),
    }));
}
