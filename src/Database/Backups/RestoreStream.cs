using System.Text;
using Npgsql;

namespace RlsChat.Database;

// One psql, one transaction: who kills it leaves nothing of it. Rows arrive while a table's policies
// are not yet enabled (pg_dump writes ENABLE ROW LEVEL SECURITY after the data, and FORCE has no effect
// without it), so that its owner may write them, and before its triggers, so that none fires.
internal static class RestoreStream
{
    public static async Task Run(
        ClientTools tools, NpgsqlConnectionStringBuilder settings, DumpArchive archive, Manifest manifest)
    {
        var entries = await archive.Entries();
        var wanted = entries.Where(entry => !entry.IsSchema && !entry.IsGrantOnPublic).ToList();
        var schemas = entries.Where(entry => entry.IsSchema).ToList();
        using var psql = tools.Start(
            "psql", ["--no-psqlrc", "--quiet", "--no-password", "--output=/dev/null", "--set=ON_ERROR_STOP=1", "--file=-"], settings);
        var errors = psql.StandardError.ReadToEndAsync();
        var output = psql.StandardOutput.ReadToEndAsync();
        var isComplete = false;
        try
        {
            var input = psql.StandardInput.BaseStream;
            await Say(input, "begin;", "set local lock_timeout = '15s';", "set local role rlschat_owner;");
            await archive.WriteSql(input, schemas);
            await Say(input, [.. GrantCreate(manifest)]);
            await archive.WriteSql(input, wanted, "pre-data");
            await archive.WriteSql(input, wanted, "data");
            await Say(input, NewTransactionNumbers);
            await archive.WriteSql(input, wanted, "post-data");
            await Say(input,
                [
                    "set local role rlschat_owner;", .. RevokeCreate(manifest), .. manifest.PublicGrants.Select(grant => $"{grant};"),
                    "set constraints all immediate;", "commit;",
                ]);
            isComplete = true;
            psql.StandardInput.Close();
        }
        catch (IOException)
        {
            // psql has ended at an error, which it has told.
        }
        finally
        {
            if (!isComplete && !psql.HasExited)
            {
                // Without its commit, nothing of it stays.
                psql.Kill();
            }
        }

        await psql.WaitForExitAsync();
        await output;
        if (psql.ExitCode != 0 || !isComplete)
        {
            throw new SetupException($"The restoration failed, and nothing of it stays: {(await errors).Trim()}");
        }
    }

    // A new owner of a function needs CREATE on its schema, which a definer has only for this moment.
    private static IEnumerable<string> GrantCreate(Manifest manifest) =>
        Schemas(manifest).Select(schema => $"grant create on schema {schema} to {string.Join(", ", Declarations.FunctionOwners(Script.Embedded))};");

    private static IEnumerable<string> RevokeCreate(Manifest manifest) =>
        Schemas(manifest).Select(schema => $"revoke create on schema {schema} from {string.Join(", ", Declarations.FunctionOwners(Script.Embedded))};");

    private static IEnumerable<string> Schemas(Manifest manifest) =>
        MigrationRun.Schemas.Where(schema => manifest.Definitions.ContainsKey($"schema {schema}"));

    // The number of a transaction means something on one server only: here these rows are of this one.
    private const string NewTransactionNumbers = """
        do $$
        declare
          item record;
        begin
          for item in
            select a.attrelid::regclass as relation, a.attname from pg_catalog.pg_attribute a
            join pg_catalog.pg_class c on c.oid = a.attrelid
            where a.atttypid = 'xid8'::regtype and a.attnum > 0 and c.relkind = 'r'
              and c.relnamespace = 'public'::regnamespace
          loop
            execute format('update %s set %I = pg_current_xact_id()', item.relation, item.attname);
          end loop;
        end
        $$;
        """;

    private static async Task Say(Stream input, params string[] statements)
    {
        await input.WriteAsync(Encoding.UTF8.GetBytes(string.Join('\n', statements) + "\n"));
        await input.FlushAsync();
    }
}
