use source::ReadSettings;

use crate::folder::{Folder, PROSE, failure, only, settings};

const CHINESE: &str = "河流是这个地区的命脉，饮水的人都应当爱护它。上游的村庄在山坡上种树，下游的城镇为清水付费。每年春天，学生们沿着河岸行走，把冬天留下的垃圾收集起来。老人们说，他们小的时候，河里的鱼比现在多得多。如今水又变清了，鸟儿也回来了。";
const FRENCH: &str = "Les rivières font vivre la région, et ceux qui boivent leur eau doivent en prendre soin. Les villages du haut de la vallée ont planté des arbres sur les pentes, et les villes de la plaine leur paient l'eau claire qui arrive au printemps. Chaque année, les élèves ramassent les déchets que l’hiver a laissés, et les adultes réparent les ponts. Les anciens disent que les poissons sont revenus.";
const RUSSIAN: &str = "Реки кормят весь край, и тот, кто пьёт из них воду, должен их беречь. Деревни в верховьях посадили деревья на склонах, а города на равнине платят им за чистую воду, которая приходит каждую весну. Старики говорят, что рыба вернулась, и что птицы снова живут на берегах. Каждый год школьники собирают мусор, который остался после зимы, а взрослые чинят старые мосты и дороги. Власти обещают помочь деньгами, если жители сами решат, какие работы важнее всего.";

#[test]
fn other_languages_are_left_out_by_name() {
    for (text, name) in [
        (CHINESE.repeat(3), "Chinese"),
        (FRENCH.to_owned(), "French"),
        (RUSSIAN.to_owned(), "Russian"),
    ] {
        let problem = failure("a.txt", text);
        assert!(
            problem
                .what
                .starts_with(&format!("looks like {name} (confidence ")),
            "{}",
            problem.what
        );
        assert!(
            problem.what.ends_with("and the model reads English"),
            "{}",
            problem.what
        );
        assert!(problem.remedy.contains("--any-language"));
    }
}

#[test]
fn any_language_is_kept_on_request_and_named_in_the_metadata() {
    let folder = Folder::new()
        .with("fr.txt", FRENCH)
        .with("ru.txt", RUSSIAN)
        .with("zh.txt", CHINESE.repeat(3));
    let reading = folder.read_by(&ReadSettings {
        language: None,
        ..settings()
    });
    let found: Vec<_> = reading
        .articles
        .iter()
        .map(|a| a.metadata.language.as_deref().unwrap())
        .collect();
    assert_eq!(found, ["fr", "ru", "zh"]);
}

#[test]
fn another_language_can_be_the_one_that_is_read() {
    let folder = Folder::new().with("a.txt", FRENCH).with("b.txt", PROSE);
    let reading = folder.read_by(&ReadSettings {
        language: Some("fr".to_owned()),
        ..settings()
    });
    assert_eq!(reading.articles[0].doc_id, "a");
    assert!(
        reading.problems[0]
            .what
            .ends_with("and the model reads French")
    );
}

#[test]
fn what_the_container_states_is_kept() {
    let article = only("a.md", format!("---\nlang: en-GB\n---\n{PROSE}"));
    assert_eq!(article.metadata.language.as_deref(), Some("en"));
    assert_eq!(
        only("a.txt", PROSE).metadata.language.as_deref(),
        Some("en")
    );
    assert_eq!(only("a.txt", "Реки.").metadata.language, None);
}
