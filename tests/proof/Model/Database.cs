using Npgsql;
using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Proof.Model;

/// <summary>What a statement did: the keys that came back, or the SQLSTATE it failed with.</summary>
internal sealed record Answer(string? Error, IReadOnlyList<string> Keys);

/// <summary>
/// One world in one transaction that is rolled back. Statements of one person go in one round trip:
/// <c>model_probe</c> runs each in a subtransaction, as whoever calls it, and takes it back.
/// </summary>
internal sealed class Database : IDisposable
{
    // With a truth, that is asked afterwards (as rlschat_backup, who sees all) instead of what the statement returns.
    private const string Probe = """
        create function auth.model_probe(statements text[], truths text[], keep boolean)
          returns table (error text, keys text[])
          language plpgsql
        as $$
        declare
          key text;
        begin
          for n in 1 .. cardinality(statements) loop
            error := null;
            keys := '{}';
            begin
              if truths[n] is null then
                for key in execute statements[n] loop
                  keys := keys || coalesce(key, 'null');
                end loop;
              else
                execute statements[n];
                perform set_config('role', 'rlschat_backup', true);
                for key in execute truths[n] loop
                  keys := keys || key;
                end loop;
              end if;
              if not keep then
                raise exception using errcode = 'MD000';
              end if;
            exception when others then
              if sqlstate <> 'MD000' then
                error := sqlstate;
                keys := '{}';
              end if;
            end;
            return next;
          end loop;
        end
        $$;
        grant execute on function auth.model_probe(text[], text[], boolean) to public;
        grant usage on schema auth to rlschat_backup, monitor;
        """;

    private readonly NpgsqlConnection connection;
    private readonly NpgsqlTransaction transaction;

    public Database(DatabaseFixture fixture, World world)
    {
        Cells.CountWorld();
        connection = fixture.DataSource.OpenConnection();
        transaction = connection.BeginTransaction();
        Load(Loading.Of(world));
        Execute(Probe);
    }

    /// <summary>Runs each statement as the person and takes it back.</summary>
    public IReadOnlyList<Answer> Ask(string? who, IReadOnlyList<(string Sql, string? Truth)> statements)
    {
        Step(who is null ? "anonymous" : "regular_user", who);
        return Run(statements, keep: false);
    }

    /// <summary>Runs statements as the person, for good unless they fail; signing in, on the other login.</summary>
    public IReadOnlyList<Answer> Do(string? who, IReadOnlyList<(string Sql, string? Truth)> statements, bool signingIn = false)
    {
        Step(signingIn ? "rlschat_auth" : who is null ? "anonymous" : "regular_user", who);
        return Run(statements, keep: true);
    }

    /// <summary>What is there, whoever may see it.</summary>
    public IReadOnlyList<string> Truth(string sql) => Ask("rlschat_backup", sql);

    /// <summary>Asks as a role that is nobody's.</summary>
    public IReadOnlyList<string> Ask(string role, string sql)
    {
        Step(role, null);
        var answer = Run([(sql, null)], keep: false)[0];
        return answer.Error is null ? answer.Keys : throw new InvalidOperationException($"{answer.Error}: {sql}");
    }

    /// <summary>Adds rows as they are, by the SQL of <see cref="Loading"/>.</summary>
    public void Load(string sql)
    {
        Step("rlschat_owner", null);
        Execute(sql);
    }

    /// <summary>The server's major version.</summary>
    public int Version => connection.PostgreSqlVersion.Major;

    /// <summary>The lines of a COPY … TO.</summary>
    public Answer CopyOut(string? who, string sql)
    {
        List<string> lines = [];
        var error = Refusal(who, () =>
        {
            using var reader = connection.BeginTextExport(sql);
            lines.AddRange(reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries));
        });
        return new(error, lines);
    }

    /// <summary>The SQLSTATE that a COPY … FROM begins with, or null when it would take rows.</summary>
    public string? CopyIn(string? who, string sql) => Refusal(who, () => connection.BeginTextImport(sql).Dispose());

    private string? Refusal(string? who, Action act)
    {
        Execute("savepoint copying");
        Step(who is null ? "anonymous" : "regular_user", who);
        try
        {
            act();
            return null;
        }
        catch (PostgresException e)
        {
            return e.SqlState;
        }
        finally
        {
            Execute("rollback to savepoint copying");
        }
    }

    /// <summary>Does something and takes it back.</summary>
    public void Within(Action act)
    {
        Execute("savepoint within");
        act();
        Execute("rollback to savepoint within");
    }

    public void Dispose()
    {
        transaction.Rollback();
        transaction.Dispose();
        connection.Dispose();
    }

    private void Step(string role, string? who) => Execute(
        $"select set_config('role', '{role}', true), set_config('auth.uid', '{who}', true)");

    private void Execute(string sql)
    {
        using var command = new NpgsqlCommand(sql, connection);
        command.ExecuteNonQuery();
    }

    private List<Answer> Run(IReadOnlyList<(string Sql, string? Truth)> statements, bool keep)
    {
        using var command = new NpgsqlCommand("select error, keys from auth.model_probe($1, $2, $3)", connection);
        command.Parameters.Add(new() { Value = statements.Select(s => s.Sql).ToArray() });
        command.Parameters.Add(new() { Value = statements.Select(s => s.Truth).ToArray(), NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = keep });
        using var reader = command.ExecuteReader();
        var answers = new List<Answer>();
        while (reader.Read())
        {
            answers.Add(new Answer(reader.IsDBNull(0) ? null : reader.GetString(0), reader.GetFieldValue<string[]>(1)));
        }

        return answers;
    }
}
