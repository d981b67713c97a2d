using Npgsql;
using RlsChat.Tests.Mutants.Running;
using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Mutants;

/// <summary>What there is to weaken is found, and a weakened database is told from one that is as it should be.</summary>
public sealed class GeneratorTests : IAsyncLifetime, IDisposable
{
    private static readonly string[] Kinds =
    [
        "policy dropped", "using true", "check true", "conjunct dropped", "and/or swapped", "negated", "another command",
        "another role", "row security off", "not forced", "table-wide grant", "grant to another role", "default privileges",
        "schema grant", "check dropped", "unique dropped", "foreign key dropped", "exclusion dropped", "not null dropped",
        "trigger disabled", "trigger emptied", "stable to immutable", "no search_path", "invoker to definer",
        "execute to another role", "guard dropped", "conjunct dropped in a function", "and/or swapped in a function",
        "negated in a function", "lock dropped in a function", "call dropped in a function", "view without barrier",
        "conjunct dropped in a view", "role attribute", "role setting", "membership",
    ];

    private readonly Suite suite = new();
    private WorldDatabase? worldDatabase;

    private WorldDatabase WorldDatabase => worldDatabase ?? throw new InvalidOperationException("there is no database yet");

    public async Task InitializeAsync()
    {
        DatabaseFixture.Provider = null;
        worldDatabase = await WorldDatabase.Build();
    }

    public void Dispose() => suite.Dispose();

    public async Task DisposeAsync()
    {
        DatabaseFixture.Provider = null;
        await WorldDatabase.DisposeAsync();
    }

    [Fact]
    public async Task Mutants_are_found_refused_undone_killed_or_survive()
    {
        var (mutants, order) = await Worker.Read(WorldDatabase, suite);
        NpgsqlConnection.ClearAllPools();
        Assert.Equal(Kinds.Order(StringComparer.Ordinal), mutants.Select(m => m.Kind).Distinct().Order(StringComparer.Ordinal));

        // Those of a table are tried on its own tests first.
        var chat = mutants.Single(m => m.Id == "policy Chat.users_own_chats: using true");
        Assert.Equal("ChatTests", order.For(chat)[0].ShortName);

        // So are a trigger's on those of what writes its table, and a check's function on those of its table.
        Assert.Contains("AuditTests", Near("function app_private.tg_credit_entry__audit(): call 1 dropped"));
        Assert.Contains("RoleTests", Near("function app_private.are_permissions(jsonb): where 1 true"));
        IEnumerable<string> Near(string id) => order.Near(mutants.Single(m => m.Id == id)).Select(c => c.ShortName);

        // Killed by a test that is green without it; the same tests find nothing where nothing was changed.
        IReadOnlyList<TestClass> few = [.. suite.Classes.Where(c => c.ShortName is "ColleagueTests" or "SessionsTests")];
        var trial = new Trial(suite, _ => few, _ => few, WorldDatabase);
        var killed = await trial.Of(mutants.Single(m => m.Id == "policy sessions.select_self: using true"), hint: null);
        Assert.Equal(MutantOutcome.Killed, killed.MutantOutcome);
        Assert.Contains("SessionsTests", killed.Test, StringComparison.Ordinal);
        Assert.Equal(MutantOutcome.Survived, (await trial.Of(new Mutant("nothing: changed", "none", "Chat", ""), killed.Test)).MutantOutcome);

        // What belongs to the server is taken back; what PostgreSQL would not have is told apart.
        IReadOnlyList<TestClass> rules = [.. suite.Classes.Where(c => c.ShortName is "CatalogueTests")];
        trial = new Trial(suite, _ => rules, _ => rules, WorldDatabase);
        Assert.Equal(MutantOutcome.Killed, (await trial.Of(mutants.Single(m => m.Id == "role identity_setter: to rlschat_api"), hint: null)).MutantOutcome);
        Assert.Equal(MutantOutcome.Survived, (await trial.Of(new Mutant("nothing: changed", "none", "Chat", ""), hint: null)).MutantOutcome);
        Assert.Equal(MutantOutcome.Refused, (await trial.Of(new Mutant("no: sql", "none", "Chat", "", "alter nothing"), hint: null)).MutantOutcome);
    }

    /// <summary>One in twenty, and so some of most kinds: they are SQL.</summary>
    [Fact]
    public async Task PostgreSQL_takes_the_mutants()
    {
        var (mutants, _) = await Worker.Read(WorldDatabase, suite);
        await using var connection = new NpgsqlConnection(WorldDatabase.Database.SuperuserConnectionString);
        await connection.OpenAsync();
        var refused = new List<string>();
        foreach (var mutant in mutants.Where((_, n) => n % 20 == 0))
        {
            await using var transaction = await connection.BeginTransactionAsync();
            try
            {
                foreach (var sql in mutant.Apply)
                {
                    await using var command = new NpgsqlCommand(sql, connection);
                    await command.ExecuteNonQueryAsync();
                }
            }
            // Rows that every database has break some constraints: those mutants count as refused, and their SQL is sound.
            catch (PostgresException e) when (e.SqlState != PostgresErrorCodes.CheckViolation || !mutant.Id.StartsWith("constraint ", StringComparison.Ordinal))
            {
                refused.Add($"{mutant.Id}: {e.MessageText}");
            }
            catch (PostgresException) { }
        }

        Assert.Equal([], refused);
    }
}
