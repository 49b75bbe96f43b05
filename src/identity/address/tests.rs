//! Addresses as people and registers write them.

use super::*;

#[test]
fn addresses_are_compared_from_province_to_door() {
    let level = |a: &str, b: &str| {
        let (a, b) = (AddressKey::read(a), AddressKey::read(b));
        let level = compare_addresses(a.as_ref(), b.as_ref());
        assert_eq!(compare_addresses(b.as_ref(), a.as_ref()), level, "symmetric");
        level
    };
    use AddressLevel::{Different, Exact, Missing, SameCounty, SameTown, SameVillage};
    let full = "甘肃省白银市会宁县会师镇南关村三社12号";
    for (other, expected) in [
        (full, Exact),
        ("甘肃省 白银市 会宁县 会师镇 南关村 3社 １２号", Exact),
        ("甘肅省白銀市會寧縣會師鎮南關村三社12號", Exact),
        ("会宁县会师镇南关村三社12号", Exact),
        ("会师镇南关村村委会", SameVillage),
        ("会宁县会师镇南关村一社7号", SameVillage),
        ("甘肃会宁会师镇南关村", SameVillage),
        ("会宁县会师镇东关社区", SameTown),
        ("甘肃省白银市会宁县郭城驿镇新堡子村", SameCounty),
        ("甘肃省定西市安定区", Different),
        ("会师镇", SameTown),
        ("郭城驿镇新堡子村", Different),
        ("", Missing),
        ("不详", Missing),
    ] {
        assert_eq!(level(full, other), expected, "{other}");
    }
    let flat = "甘肃省白银市会宁县会师镇建设路33号18幢3单元402室";
    for (other, expected) in [
        ("会师镇建设路33号18幢3单元402室", Exact),
        ("会宁县会师镇建设路33号", SameVillage),
        ("建设路33号", SameVillage),
        ("会师镇建设路35号", SameTown),
        ("郭城驿镇建设路33号", Different),
        ("会宁县郭城驿镇建设路33号", SameCounty),
    ] {
        assert_eq!(level(flat, other), expected, "{other}");
    }
    assert_eq!(level("北京市海淀区中关村街道科学院路1号", "北京海淀区中关村街道"), SameTown);
    assert_eq!(level("宁夏回族自治区银川市灵武市东塔镇", "宁夏银川市灵武市"), SameCounty);
    for (a, b, expected) in [
        // abbreviations
        ("内蒙古自治区包头市固阳县金山镇", "内蒙包头固阳县金山镇", SameTown),
        ("会宁县会师镇南关村", "会宁会师镇南关村委", SameVillage),
        ("会宁县会师镇南关社区", "会师镇南关居委", SameVillage),
        ("凉州区东大街街道办事处", "凉州区东大街街办", SameTown),
        ("甘肃省临夏州积石山保安族东乡族撒拉族自治县吹麻滩镇", "积石山县吹麻滩镇", SameTown),
        ("河北省秦皇岛市青龙满族自治县", "河北秦皇岛青龙县", SameCounty),
        ("甘肃省临夏回族自治州东乡族自治县锁南镇", "临夏东乡县锁南镇", SameTown),
        ("云南省普洱市西盟佤族自治县勐梭镇", "西盟县勐梭镇", SameTown),
        ("青海省海南藏族自治州共和县恰卜恰镇", "海南州共和县恰卜恰镇", SameTown),
        ("青海省黄南藏族自治州河南蒙古族自治县优干宁镇", "河南县优干宁镇", SameTown),
        ("天津市河北区月牙河街道", "河北区月牙河街道", SameTown),
        ("吉林省吉林市船营区", "吉林市船营区", SameCounty),
        ("广西壮族自治区南宁市西乡塘区金陵镇", "广西南宁市西乡塘区金陵镇", SameTown),
        ("陕西省延安市吴旗县", "吴起县", SameCounty),
        ("广州市芳村区", "广东省广州市荔湾区", SameCounty),
        ("会宁县会师镇县城东街5号", "甘肃会宁县会师镇县城东街5号", Exact),
        ("山西省晋中市榆社县箕城镇", "榆社县箕城镇", SameTown),
        ("江西省景德镇市浮梁县浮梁镇", "景德镇市浮梁县浮梁镇", SameTown),
        ("会宁县会师镇市场街3号", "会师镇市场街3号", Exact),
        ("会宁县会师镇县医院家属楼", "会师镇县医院家属楼", Exact),
        ("甘肃省白银市会宁县会师镇", "会师镇县委家属院", SameTown),
        ("会宁县会师镇县城东街5号", "会师镇县城东街5号", Exact),
        ("会宁县会师镇南关村", "会师镇市医院宿舍", SameTown),
        ("会宁县土门岘乡", "土门岘乡县道309号", SameTown),
        ("江西景德镇市昌江区鲇鱼山镇", "江西省景德镇市昌江区鲇鱼山镇", SameTown),
        // the hierarchy of a village
        ("会宁县郭城驿镇新堡子村十二社", "郭城驿镇新堡子村第12社", SameVillage),
        ("会宁县郭城驿镇新堡子村十二社5号", "郭城驿镇新堡子村第12村民小组5号", Exact),
        ("会宁县郭城驿镇新堡子村第二小组8号", "郭城驿镇新堡子村2组8号", Exact),
        ("会宁县郭城驿镇新堡子村二十一组8号", "郭城驿镇新堡子村11组8号", SameVillage),
        ("会师镇五一社区三号楼", "会师镇五一社区3号楼", Exact),
        ("郭城驿镇五里铺村", "郭城驿镇四里铺村", SameTown),
        ("会宁县会师镇柳树湾行政村3社", "会师镇柳树湾村3社", SameVillage),
        ("会师镇建设路33号三幢2单元501室", "会宁县会师镇建设路33号3号楼2单元501室", Exact),
        ("会师镇阳光小区3栋501室", "会师镇阳光小区3幢501室", Exact),
        ("湖北省襄阳市樊城区长虹路1号", "襄阳市樊城区长虹路1号", Exact),
        ("湖北省襄阳市樊城区长虹路1号", "襄阳市樊城区长虹路3号", SameCounty),
        // a city of county rank, with and without its prefecture
        ("灵武市东塔镇", "宁夏回族自治区银川市灵武市东塔镇", SameTown),
        ("甘肃省敦煌市沙州镇", "甘肃省酒泉市敦煌市沙州镇", SameTown),
        ("湖南省常德市津市市", "湖南津市市", SameCounty),
        ("河南省新乡市辉县市孟庄镇", "河南辉县市孟庄镇", SameTown),
        ("广东省梅州市梅县区丙村镇", "梅州市梅县区丙村镇", SameTown),
        // one county, another prefecture then
        ("甘肃省定西地区会宁县会师镇", "甘肃省白银市会宁县会师镇", SameTown),
        ("河北省石家庄市桥西区", "河北省张家口市桥西区", Different),
        ("长春市朝阳区", "辽宁省朝阳市朝阳县", Different),
        ("抚州市东乡县", "甘肃省临夏州东乡县", Different),
        ("定西地区会宁县会师镇", "白银市会宁县会师镇", Different),
    ] {
        assert_eq!(level(a, b), expected, "{a} {b}");
    }
    // places under the names they once bore
    for (old, today, expected) in [
        ("湖北省襄樊市襄阳县双沟镇", "湖北省襄阳市襄州区双沟镇", SameTown),
        ("襄樊市襄城区", "湖北襄阳市襄城区", SameCounty),
        ("云南省思茅地区普洱县宁洱镇", "云南省普洱市宁洱哈尼族彝族自治县宁洱镇", SameTown),
        ("安徽省徽州地区歙县徽城镇", "安徽省黄山市歙县徽城镇", SameTown),
        ("四川省万县高梁镇", "重庆市万州区高梁镇", SameTown),
        ("四川省万县市五桥区", "重庆市万州区", SameCounty),
        ("四川省涪陵地区垫江县", "重庆市垫江县", SameCounty),
        ("四川省垫江县", "重庆市垫江县", SameCounty),
        ("四川省重庆市江北区", "重庆市江北区", SameCounty),
        ("云南省迪庆州中甸县", "云南省迪庆藏族自治州香格里拉市", SameCounty),
        ("福建省崇安县", "福建省南平市武夷山市", SameCounty),
        ("四川省灌县", "都江堰市", SameCounty),
        ("辉县孟庄镇", "河南省新乡市辉县市孟庄镇", SameTown),
        ("广东省海口市", "海南省海口市", Missing),
        ("甘肃省天水市北道区", "天水市麦积区", SameCounty),
        ("甘肃省酒泉地区安西县", "甘肃酒泉市瓜州县", SameCounty),
        // names alone do not make two places one
        ("湖北省襄樊市", "湖南省襄阳市", Different),
        ("湖北省襄樊市", "湖北省十堰市", Different),
        ("四川省万县", "四川省达州市达川区", Different),
    ] {
        assert_eq!(level(old, today), expected, "{old} {today}");
    }
}
