using Npgsql;

namespace RlsChat.Tests.Support;

// `create database … template` copies what is in a database, not who may do what with it.
internal static class DatabaseGrants
{
    public static async Task Copy(NpgsqlConnection connection, string source, string target)
    {
        await using var copy = new NpgsqlCommand(
            $"""
            do $$
            declare
              item record;
            begin
              if (select datacl from pg_catalog.pg_database where datname = '{source}') is null then
                return;
              end if;
              revoke all on database {target} from public;
              for item in
                select case grantee when 0 then 'public' else grantee::regrole::text end as name, privilege_type
                from pg_catalog.pg_database d, pg_catalog.aclexplode(d.datacl) a
                where datname = '{source}' and a.grantee <> d.datdba
              loop
                execute format('grant %s on database {target} to %s', item.privilege_type, item.name);
              end loop;
            end
            $$
            """,
            connection);
        await copy.ExecuteNonQueryAsync();
    }
}
