using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary><c>app_private.crud_policy</c>, the counterpart of Drizzle's crudPolicy, on a table made for it.</summary>
public sealed class CrudPolicyTests(DatabaseFixture fixture) : TransactionTest(fixture)
{
    private const string Mine = "'\"userId\" = (select auth.uid())'";

    public static readonly TheoryData<string, string, string, string> Access = Matrix.Of("""
        who          read   insert insert_as_owner update update_all delete delete_all
        readable and writable:
          owner      yes    yes    yes             yes    yes        yes    yes
          member     hidden yes    denied          hidden hidden     hidden hidden
          anonymous  denied denied denied          denied denied     denied denied
        only readable:
          owner      yes    denied denied          hidden hidden     hidden hidden
          member     hidden denied denied          hidden hidden     hidden hidden
          anonymous  denied denied denied          denied denied     denied denied
        """);

    private static readonly Dictionary<string, string> Verbs = new()
    {
        ["read"] = """select 1 from public."Note" where "text" = 'old'""",
        ["insert"] = """insert into public."Note" ("text") values ('new')""",
        ["insert_as_owner"] = """insert into public."Note" ("text", "userId") values ('new', [owner])""",
        ["update"] = """update public."Note" set "text" = 'new' where "text" = 'old'""",
        ["update_all"] = """update public."Note" set "text" = 'new'""",
        ["delete"] = """delete from public."Note" where "text" = 'old'""",
        ["delete_all"] = """delete from public."Note" """,
    };

    [Theory]
    [MemberData(nameof(Access))]
    public async Task May(string row, string who, string verbs, string expected)
    {
        await MakeTable(read: Mine, modify: row == "only readable" ? "null" : Mine);
        await Matrix.Check(Db, row, who, verbs, expected, Verbs, """select n::text from public."Note" n""");
    }

    [Fact]
    public async Task It_makes_four_policies_one_a_command()
    {
        await MakeTable(read: Mine, modify: Mine);
        Assert.Equal(
            [
                "delete_owner DELETE {regular_user}", "insert_owner INSERT {regular_user}", "select_backup SELECT {rlschat_backup}",
                "select_owner SELECT {regular_user}", "update_owner UPDATE {regular_user}",
            ],
            await Db.List("""
                select policyname || ' ' || cmd || ' ' || roles::text from pg_policies
                where tablename = 'Note' order by 1
                """));
        await Db.AsRole("monitor");
        Assert.Empty(await Db.List("""select rule || object || finding from monitor.findings where object like 'public."Note" %\_owner' """));
    }

    [Fact]
    public async Task One_rule_makes_the_policies_of_the_commands_that_are_listed()
    {
        await MakeTable(read: "null", modify: "null");
        await Db.AsRole("rlschat_owner");
        await Db.Do($$"""call app_private.crud_policy('public."Note"', 'regular_user', named => '{command}_self', commands => '{select,update}', rule => {{Mine}})""");
        Assert.Equal(
            ["select_self (\"userId\" = ( SELECT auth.uid() AS uid)) ", "update_self (\"userId\" = ( SELECT auth.uid() AS uid)) (\"userId\" = ( SELECT auth.uid() AS uid))"],
            await Db.List("""
                select policyname || ' ' || qual || ' ' || coalesce(with_check, '') from pg_policies
                where tablename = 'Note' and policyname like '%\_self' order by 1
                """));
    }

    private async Task MakeTable(string read, string modify)
    {
        await Db.AsRole("rlschat_owner").Do("""create table public."Note" ("text" text, "userId" uuid not null default auth.uid())""");
        await Db.Do("""create index on public."Note" ("userId")""");
        await Db.Do("""call app_private.reset_policies('public."Note"')""");
        await Db.Do("""grant select, insert, update, delete on public."Note" to regular_user""");
        await Db.Do($"""call app_private.crud_policy('public."Note"', 'regular_user', read => {read}, modify => {modify})""");
        await Db.As("owner");
        if (modify != "null")
        {
            await Db.Do("""insert into public."Note" ("text") values ('old')""");
            return;
        }

        // Nobody may write it, so for a moment somebody may.
        await Db.AsRole("rlschat_owner").Do("""alter table public."Note" no force row level security""");
        await Db.Do("""insert into public."Note" ("text", "userId") values ('old', [owner])""");
        await Db.Do("""alter table public."Note" force row level security""");
    }
}
