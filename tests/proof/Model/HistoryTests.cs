using CsCheck;
using RlsChat.Tests.Rls.Fixtures;
using Xunit.Sdk;

namespace RlsChat.Tests.Proof.Model;

/// <summary>
/// People invite, join, leave, remove, promote, spend, publish and delete in random order, in the
/// database and in the model: every answer agrees, then every row, and what everyone sees of it.
/// </summary>
[Collection(ModelDatabase.Name)]
public sealed class HistoryTests(DatabaseFixture fixture)
{
    private const int Pause = 12;

    private static readonly Gen<int> Number = Gen.Int[0, 9999];

    [Fact]
    public void Histories_go_as_the_model_says() =>
        Gen.Select(Worlds.Drafts, Gen.Select(Number, Number, Number, Number).Array[1, 80], (world, steps) => world.Append(steps).ToArray()).Sample(
            Sampling.Worlds * 2,
            drafts => Live(Worlds.Of(drafts), drafts[Worlds.Tables]),
            drafts => Print.World(Settled(Worlds.Of(drafts))));

    private void Live(World world, (int, int, int, int)[] steps)
    {
        world = Settled(world);
        using var database = new Database(fixture, world);
        database.Load($"""update app_private.setting set value = '{Loading.StreamPrice}' where name = 'stream_price'""");
        var strangers = database.Truth(State.Sql).Except(State.Of(world)).ToHashSet();
        var past = new List<string>();
        for (var n = 0; n < steps.Length; n++)
        {
            var step = new Steps(world, n).Of(steps[n]);
            past.Add(step.ToString());
            var answer = database.Do(step.Who, [(step.Sql, step.Truth)], step.SigningIn)[0];
            var expected = step.Answer ?? (answer.Keys.Count == 1 ? answer.Keys[0] : "an id");
            var said = string.Join(' ', answer.Keys);
            Cells.CountOfTheModel(1, 1);
            Cells.CountStep();
            if (answer.Error != step.Error || (step.Error is null && said != expected))
            {
                throw new XunitException($"the model says {step.Error ?? expected}, the database {answer.Error ?? said}:\n{string.Join('\n', past)}");
            }

            if (step.Error is null)
            {
                step.Then(world, said);
            }

            if (n % Pause == Pause - 1 || n == steps.Length - 1)
            {
                Compare(database, world, strangers, past);
            }
        }
    }

    private static void Compare(Database database, World world, HashSet<string> strangers, List<string> past)
    {
        var there = database.Truth(State.Sql).ToHashSet();
        var expected = State.Of(world).Concat(strangers).ToHashSet();
        if (!there.SetEquals(expected))
        {
            throw new XunitException(
                $"only the model has\n  {string.Join("\n  ", expected.Except(there))}\nonly the database has\n  {string.Join("\n  ", there.Except(expected))}\nafter\n{string.Join('\n', past)}");
        }

        Ledgers(database, world);
        foreach (var who in world.Everyone)
        {
            Disagreement.Find(database, who, [.. Table.All.Select(t => new Statements(world, who, new Dictionary<Table, IReadOnlyList<string>>()).Reads(t).First())]);
        }
    }

    // What triggers have appended: the model takes it as it is, and says who sees it.
    private static void Ledgers(Database database, World world)
    {
        foreach (var row in world.Rows.Where(r => r is CreditEntry or AuditEvent).ToList())
        {
            world.Remove(row);
        }

        foreach (var line in database.Truth("""select concat_ws('/', "id", "userId") from public."CreditEntry" """))
        {
            var part = line.Split('/');
            world.Put(new CreditEntry(part[0], part[1]));
        }

        foreach (var line in database.Truth("""select concat("id", '/', "actorId", '/', "subjectId", '/', "organizationId") from public."AuditEvent" """))
        {
            var part = line.Split('/').Select(p => p == "" ? null : p).ToArray();
            world.Put(new AuditEvent(part[0]!, part[1], part[2], part[3]));
        }
    }

    // No leaver has kept an organization's rows, as no history of functions lets them.
    private static World Settled(World world)
    {
        foreach (var row in world.Rows.ToList())
        {
            world.Put(row switch
            {
                Chat chat => chat with { Org = world.The<Person>(chat.Owner).Org },
                Document document => document with { Org = world.The<Person>(document.Owner).Org },
                _ => row,
            });
        }

        return world;
    }
}
