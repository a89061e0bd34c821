//! The servers themselves: what tests about crashes and outages rely on.

use sqlx::{Connection, PgConnection};
use testkit::{Alarm, Postgres, Rabbit, TestEnv};

#[tokio::test]
async fn a_killed_postgres_comes_back_with_what_was_committed() {
    let mut postgres = Postgres::start().await.unwrap();
    let mut before = PgConnection::connect(&postgres.database_url).await.unwrap();
    sqlx::query("CREATE TABLE kept AS SELECT 42 AS answer")
        .execute(&mut before)
        .await
        .unwrap();

    postgres.kill9().await.unwrap();
    assert!(sqlx::query("SELECT 1").execute(&mut before).await.is_err());
    postgres.restart().await.unwrap();

    let mut after = PgConnection::connect(&postgres.database_url).await.unwrap();
    let answer: i32 = sqlx::query_scalar("SELECT answer FROM kept")
        .fetch_one(&mut after)
        .await
        .unwrap();
    assert_eq!(answer, 42);
}

#[tokio::test]
async fn a_restarted_rabbitmq_has_its_messages_and_a_killed_one_comes_back() {
    let mut rabbit = Rabbit::start().await.unwrap();
    let management = rabbit.management().unwrap();
    management.declare_queue("/", "kept").await.unwrap();
    let persistent = serde_json::json!({"delivery_mode": 2});
    assert!(
        management
            .publish("/", "", "kept", persistent, b"body \xff")
            .await
            .unwrap()
    );

    rabbit.restart().await.unwrap();
    let messages = management.take("/", "kept", 10).await.unwrap();
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0].body, b"body \xff");

    rabbit.kill9().await.unwrap();
    assert!(!management.answers().await);
    rabbit.restart().await.unwrap();
    assert!(management.answers().await);
}

#[tokio::test]
async fn alarms_can_be_raised_and_cleared() {
    let rabbit = Rabbit::start().await.unwrap();
    assert!(!rabbit.management().unwrap().alarm().await.unwrap());
    for alarm in [Alarm::Memory, Alarm::Disk] {
        rabbit.set_alarm(alarm, true).await.unwrap();
        assert!(rabbit.management().unwrap().alarm().await.unwrap());
        rabbit.set_alarm(alarm, false).await.unwrap();
    }
}

#[tokio::test]
async fn each_test_has_a_database_and_a_virtual_host_that_go_with_it() {
    let env = TestEnv::new("each test has its own").await.unwrap();
    let (vhost, management) = (env.vhost.clone(), env.management.clone());
    let mut database = PgConnection::connect(&env.database_url).await.unwrap();
    let name: String = sqlx::query_scalar("SELECT current_database()")
        .fetch_one(&mut database)
        .await
        .unwrap();
    assert_eq!(name, vhost);
    management.declare_queue(&vhost, "mine").await.unwrap();
    assert!(management.queue(&vhost, "mine").await.unwrap().is_some());

    drop(env);
    assert!(
        sqlx::query("SELECT 1")
            .execute(&mut database)
            .await
            .is_err()
    );
    assert_eq!(management.queue(&vhost, "mine").await.unwrap(), None);
}
