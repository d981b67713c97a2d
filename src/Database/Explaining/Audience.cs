using System.Diagnostics;
using Npgsql;

namespace RlsChat.Database.Explaining;

/// <summary>A person who can do something to a row.</summary>
/// <param name="Id">Their id; null for anonymous.</param>
/// <param name="Who">Their address or, without one, their id.</param>
/// <param name="Admits">What admits each command that they can do.</param>
public sealed record Admitted(Guid? Id, string Who, IReadOnlyDictionary<Command, string> Admits);

/// <summary>Everyone who can read, change or delete a row.</summary>
/// <param name="People">Those who can.</param>
/// <param name="Asked">How many people were asked.</param>
/// <param name="All">How many there are: fewer are asked when time runs out.</param>
public sealed record Audience(IReadOnlyList<Admitted> People, int Asked, int All)
{
    private static readonly Command[] Commands = [Command.Select, Command.Update, Command.Delete];

    /// <summary>
    /// Tries the commands in the name of everyone who can sign in, and takes each back. An update writes the row's own values.
    /// </summary>
    /// <param name="connection">As for <see cref="Explainer.Explain"/>.</param>
    /// <param name="table">A table of schema public.</param>
    /// <param name="key">As in a <see cref="Question"/>.</param>
    /// <param name="most">When to stop asking.</param>
    /// <param name="stop">Ends it between two statements.</param>
    public static async Task<Audience> Of(
        NpgsqlConnection connection, string table, IReadOnlyDictionary<string, string?> key, TimeSpan most, CancellationToken stop = default)
    {
        var reader = new Probe(connection, Caller.Anonymous);
        var everyone = await reader.Try(Actor.Reader, asking => asking.Query(
            row => Caller.Of(row.GetString(1), row.GetGuid(0)),
            """select u."id", coalesce(nullif(u."email", ''), u."id"::text) from public."User" u where u."id" <> $1::text::uuid order by 2""",
            Caller.Canary));
        var callers = (everyone.Value ?? []).Append(Caller.Anonymous).ToList();
        var (people, clock, asked) = (new List<Admitted>(), Stopwatch.StartNew(), 0);
        foreach (var caller in callers.TakeWhile(_ => clock.Elapsed < most))
        {
            var admits = new Dictionary<Command, string>();
            foreach (var command in Commands)
            {
                // A person who cannot read the row finds it with no WHERE.
                var explanation = await Explainer.Explain(connection, caller, new Question(table, command, key), stop);
                if (explanation.Verdict == Verdict.Yes)
                {
                    admits[command] = explanation.Admits;
                }
                else if (explanation.Verdict == Verdict.Absent)
                {
                    throw new SetupException($"{explanation.Refusal}.");
                }
                else if (command == Command.Select)
                {
                    break;
                }
            }

            asked++;
            if (admits.Count > 0)
            {
                people.Add(new Admitted(caller.Uid, caller.Name, admits));
            }
        }

        return new Audience(people, asked, callers.Count);
    }
}
