using Npgsql;
using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>The database roles of this system: what each may, whom it can become, and what it is given by default.</summary>
public sealed class CatalogueRolesTests(DatabaseFixture fixture) : TransactionTest(fixture)
{
    private static readonly string Ours =
        $"({string.Join(", ", Database.Declarations.Roles(Database.Script.Embedded).Distinct().Select(role => $"'{role}'"))})";

    [Fact]
    public async Task Nobody_is_a_superuser_and_four_can_log_in() => Assert.Equal(
        [
            "admin createrole createdb inherit", "anonymous", "builtin_definer", "chat_definer", "credit_definer", "identity_definer",
            "identity_setter", "live_definer", "membership_definer", "monitor", "record_definer", "regular_user",
            "rlschat_api login", "rlschat_auth login", "rlschat_backup", "rlschat_explain login", "rlschat_live login", "rlschat_owner inherit",
            "rlschat_purge", "rlschat_stats inherit", "sign_in_definer",
        ],
        await Db.List($"""
            select concat_ws(' ', rolname, case when rolsuper then 'superuser' end, case when rolbypassrls then 'bypassrls' end,
              case when rolcreaterole then 'createrole' end, case when rolcreatedb then 'createdb' end,
              case when rolreplication then 'replication' end, case when rolcanlogin then 'login' end, case when rolinherit then 'inherit' end)
            from pg_roles where rolname in {Ours} order by rolname collate "C"
            """));

    [Fact]
    public async Task Four_roles_can_become_others() => Assert.Equal(
        [
            "rlschat_api: anonymous monitor regular_user",
            "rlschat_explain: anonymous identity_setter regular_user rlschat_backup",
            "rlschat_owner: builtin_definer chat_definer credit_definer identity_definer live_definer membership_definer record_definer "
                + "rlschat_purge rlschat_stats sign_in_definer",
            "rlschat_stats: rlschat_api rlschat_auth rlschat_live",
        ],
        await Db.List($"""
            select m.rolname || ': ' || string_agg(distinct r.rolname, ' ' order by r.rolname)
            from pg_auth_members a join pg_roles m on m.oid = a.member join pg_roles r on r.oid = a.roleid
            where m.rolname in {Ours} and r.rolname in {Ours}
            group by m.rolname order by m.rolname collate "C"
            """));

    /// <summary>
    /// A request that takes for ever would hold a connection, or a lock, that others wait for. The API's statements run the
    /// plans that <c>make plans</c> judges.
    /// </summary>
    [Theory]
    [InlineData("rlschat_api", "10s", "3s", " plan_cache_mode=force_generic_plan random_page_cost=1.1")]
    [InlineData("rlschat_auth", "10s", "3s")]
    [InlineData("rlschat_explain", "5s", "1s")]
    [InlineData("rlschat_live", "10s", "3s")]
    public async Task A_login_waits_no_longer_than(string login, string statement, string held, string more = "") => Assert.Equal(
        [$"""search_path="" statement_timeout={statement} lock_timeout={held} idle_in_transaction_session_timeout=10s{more}"""],
        await Db.List($"""
            select array_to_string(s.setconfig, ' ') from pg_db_role_setting s
            where s.setrole = '{login}'::regrole and s.setdatabase = 0
            """));

    [Fact]
    public async Task Schemas_are_open_to_these_roles() => Assert.Equal(
        [
            "app_private: builtin_definer chat_definer credit_definer identity_definer live_definer "
                + "membership_definer record_definer rlschat_backup rlschat_explain sign_in_definer",
            "auth: anonymous builtin_definer chat_definer credit_definer identity_definer live_definer "
                + "membership_definer record_definer regular_user rlschat_api rlschat_auth rlschat_explain rlschat_live rlschat_stats "
                + "sign_in_definer",
            "monitor: monitor",
            "public: admin anonymous builtin_definer chat_definer credit_definer identity_definer identity_setter "
                + "live_definer membership_definer monitor record_definer regular_user rlschat_api rlschat_auth "
                + "rlschat_backup rlschat_explain rlschat_live rlschat_purge rlschat_stats sign_in_definer",
        ],
        await Db.List($"""
            select n.nspname || ': ' || string_agg(r.rolname, ' ' order by r.rolname collate "C") from pg_namespace n, pg_roles r
            where n.nspname in ('public', 'auth', 'app_private', 'monitor', 'extensions')
              and r.rolname in {Ours} and r.rolname <> 'rlschat_owner' and has_schema_privilege(r.oid, n.oid, 'usage')
            group by n.nspname order by 1
            """));

    [Fact]
    public async Task The_owner_alone_makes_objects() => Assert.Equal(
        ["app_private: rlschat_owner", "auth: rlschat_owner", "extensions: rlschat_owner", "monitor: rlschat_owner", "public: rlschat_owner"],
        await Db.List($"""
            select n.nspname || ': ' || string_agg(r.rolname, ' ') from pg_namespace n, pg_roles r
            where n.nspname in ('public', 'auth', 'app_private', 'monitor', 'extensions')
              and r.rolname in {Ours} and has_schema_privilege(r.oid, n.oid, 'create')
            group by n.nspname order by 1
            """));

    /// <summary>Explanations fire the triggers that may change a row before it is checked, where no other rights come with them.</summary>
    [Fact]
    public async Task The_login_of_explanations_may_fire_triggers_on_copies() => Assert.Empty(await Db.List("""
        select distinct t.tgfoid::regprocedure::text from pg_trigger t join pg_proc p on p.oid = t.tgfoid
        where not t.tgisinternal and (t.tgtype & 2) <> 0
          and has_function_privilege('rlschat_explain', p.oid, 'execute') = p.prosecdef
        """));

    /// <summary>Whoever makes a function opens it to nobody, until a grant says so.</summary>
    [Theory]
    [InlineData("rlschat_owner")]
    [InlineData("identity_definer")]
    public async Task A_new_function_is_nobodys(string creator)
    {
        await Db.AsRole("rlschat_owner").Do("grant create on schema auth to identity_definer");
        await Db.AsRole(creator).Do("create function auth.new() returns integer language sql as 'select 1'");
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, await Db.As("owner").Error("select auth.new()"));

        await Db.AsRole(creator).Do("grant execute on function auth.new() to regular_user");
        Assert.Equal(1, await Db.As("owner").Ask<int>("select auth.new()"));
    }

    /// <summary>The roles of this system stand in three places: the files of db/roles, and two lists in the database.</summary>
    [Theory]
    [InlineData("select role as name from app_private.own_role")]
    [InlineData("select name from app_private.definitions() where kind = 'role'")]
    public async Task The_lists_of_roles_are_the_files(string list)
    {
        await Db.AsRole("rlschat_owner");
        Assert.Equal(
            Database.Declarations.Roles(Database.Script.Embedded).Distinct().Order(StringComparer.Ordinal),
            await Db.List($"""select name from ({list}) r order by name collate "C" """));
    }
}
