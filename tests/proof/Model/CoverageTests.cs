using System.Text.RegularExpressions;
using Npgsql;
using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Proof.Model;

/// <summary>
/// Every function that a person can execute, by a request or by signing in, is a step of the histories,
/// or stands here with the reason why it is none. A new function is neither, and fails.
/// </summary>
[Collection(ModelDatabase.Name)]
public sealed partial class CoverageTests(DatabaseFixture fixture)
{
    private const string Asked = "policies and functions ask it, so its answer is in every cell";
    private const string Reads = "it changes nothing, and only signing in reads it (SignInTests)";

    private static readonly Dictionary<string, string> NoSteps = new()
    {
        ["auth.uid"] = Asked,
        ["auth.organization_id"] = Asked,
        ["auth.organization_with"] = Asked,
        ["auth.permissions"] = Asked,
        ["auth.report_ids"] = Asked,
        ["auth.covers"] = Asked,
        ["auth.can_grant_role"] = Asked,
        ["auth.can_tidy_chat"] = Asked,
        ["auth.can_write_chat"] = Asked,
        ["auth.is_document_taken"] = Asked,
        ["auth.require_open_stream"] = "append_chunk and finish_stream call it; it raises what they then say",
        ["auth.require_message_allowance"] = "changes nothing; finish_stream then raises the same (StreamPriceTests)",
        ["public.abandon_stream"] = "no row of the model: a stream is neither finished nor deleted by it (StreamChunkTests, StreamEndTests)",
        ["auth.stream_silence"] = "a setting; streams that are abandoned need time to pass (StreamEndTests)",
        ["public.stream_state"] = "of two moments that are given to it, it reads no row (StreamEndTests)",
        ["auth.folded_address"] = "of an address that is given to it, it reads no row (AddressTests)",
        ["auth.if_match"] = "compares two texts that are given to it (PreconditionTests)",
        ["auth.session_id"] = "needs the secret of a session, which the histories' login has not (SessionsTests)",
        ["auth.impersonate"] = "needs the operator's session, and reads alone (ImpersonationTests)",
        ["auth.credentials"] = Reads,
        ["auth.own_password_hash"] = Reads,
        ["auth.mailed_password_hash"] = Reads,
        ["auth.gauges"] = "counts for the metrics, and names nobody (MonitorTests)",
        ["auth.replace_password_hash"] = "the same password hashed anew: no row that the model knows changes (SignInTests)",
        ["auth.purge"] = "nothing here is past its retention (PurgeTests)",
    };

    [Fact]
    public async Task Every_function_of_a_person_is_a_step_or_is_excused()
    {
        await using var connection = await fixture.DataSource.OpenConnectionAsync();
        var callable = await Callable(connection);
        var steps = Called();

        Assert.Empty(callable.Except(steps).Except(NoSteps.Keys));
        Assert.Empty(NoSteps.Keys.Except(callable));
        Assert.Empty(NoSteps.Keys.Intersect(steps));
        // And there are no others that the steps invent.
        Assert.Empty(steps.Except(callable));
    }

    private static async Task<HashSet<string>> Callable(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand(
            """
            select distinct concat(n.nspname, '.', p.proname)
            from pg_proc p
            join pg_namespace n on n.oid = p.pronamespace
            cross join unnest('{anonymous,regular_user,rlschat_auth}'::text[]) as role
            where n.nspname not in ('pg_catalog', 'information_schema') and p.prorettype <> 'trigger'::regtype
              and has_schema_privilege(role, n.oid, 'usage') and has_function_privilege(role, p.oid, 'execute')
              and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
            """, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var names = new HashSet<string>();
        while (await reader.ReadAsync())
        {
            names.Add(reader.GetString(0));
        }

        return names;
    }

    // Which functions the steps call, whatever world they begin in.
    private static HashSet<string> Called()
    {
        var world = Worlds.Of(Worlds.Crowded);
        var steps = Enumerable.Range(0, 20_000).Select(n => new Steps(world, n).Of((n * 31 % 9973, n, n * 17 % 9949, n * 13 % 9941)).Sql);
        return [.. steps.SelectMany(sql => Function().Matches(sql)).Select(m => m.Value)];
    }

    [GeneratedRegex(@"\b(?:public|auth)\.[a-z_]+(?=\()")]
    private static partial Regex Function();
}
