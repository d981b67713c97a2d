using System.Text.RegularExpressions;
using CsCheck;
using Npgsql;
using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Proof.Model;

/// <summary>Laws that hold between two answers of the database, whatever the model says of either.</summary>
[Collection(ModelDatabase.Name)]
public sealed partial class LawTests(DatabaseFixture fixture)
{
    [Fact]
    public void A_strangers_data_never_changes_my_answer() => Gen.Select(Worlds.Drafts, Worlds.Drafts, (a, b) => a.Concat(b).ToArray()).Sample(
        Sampling.Worlds / 2,
        both =>
        {
            var world = Worlds.Of(both);
            using var database = new Database(fixture, world);
            var before = Answers(database, world);
            database.Load(Elsewhere().Replace(Loading.Of(Private(Theirs(both))), Other));
            Assert.Equal(before, Answers(database, world));
        },
        both => $"{Print.World(Worlds.Of(both))}\nand of strangers\n{Print.World(Theirs(both))}");

    [Fact]
    public void What_I_see_is_unchanged_by_what_others_were_denied() => Worlds.Drafts.Sample(
        Sampling.Worlds / 4,
        drafts =>
        {
            var world = Worlds.Of(drafts);
            using var database = new Database(fixture, world);
            var before = Answers(database, world);
            var tables = Table.All.ToDictionary(t => t, t => t.IsView ? [] : database.Truth($"select {t.Key} from {t.Name}"));
            foreach (var who in world.Everyone)
            {
                var denied = ((IEnumerable<Case>)[.. new Statements(world, who, tables).All(), .. new Additions(world, who).All()])
                    .Where(c => c.Error == PostgresErrorCodes.InsufficientPrivilege);
                Assert.All(database.Do(who, [.. denied.Select(c => (c.Sql, c.Truth))]), a => Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, a.Error));
            }

            Assert.Equal(before, Answers(database, world));
        },
        drafts => Print.World(Worlds.Of(drafts)));

    private static World Theirs((int, int, int, int)[][] both) => Worlds.Of(both[Worlds.Tables..]);

    private static List<string> Answers(Database database, World world) =>
    [
        .. world.Everyone.SelectMany(who => database
            .Ask(who, [.. Table.All.Select(t => ($"select {t.Key} from {t.Name} order by 1", (string?)null))])
            .Select((a, n) => $"{who} {Table.All[n]}: {a.Error ?? string.Join(", ", a.Keys)}")),
    ];

    // What is public is for everyone, so a stranger's is not.
    private static World Private(World world)
    {
        foreach (var chat in world.All<Chat>().ToList())
        {
            world.Put(chat with { Public = false });
        }

        return world;
    }

    private static string Other(Match match) => match.Value switch
    {
        "-0000-4000-8000-" => "-0000-4000-9000-",
        "github-" => "gitlab-",
        _ => match.Value.Replace("9000", "8000", StringComparison.Ordinal),
    };

    // The ids of a world, but for those of the built-in roles.
    [GeneratedRegex("(?<!00000000)-0000-4000-8000-|github-|\\b9000[0-9][0-9]\\b")]
    private static partial Regex Elsewhere();
}
