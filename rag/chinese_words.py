"""Chinese words by what they do in a question, and what the dictionary does not say of them."""

from __future__ import annotations

import re

# Words that ask, count or join and say nothing of what about.
EMPTY = frozenset(
    "的 是 了 吗 呢 吧 啊 谁 谁的 什么 什麽 哪 哪些 哪个 哪里 哪儿 哪位 哪家 哪种 哪几 "
    "多少 几 个 位 名 家 项 篇 座 所 张 次 种 有 没有 有没有 在 和 与 及 或 由 被 把 为 "
    "为了 对 从 到 向 给 请 请问 我 我们 你 你们 您 他 她 它 他们 这 那 该 其 这个 那个 "
    "怎么 怎样 如何 为什么 何时 什么时候 时候 一共 总共 共 都 也 就 又 会 能 可以 能够 "
    "要 想 着 过 地 得 之 以 而 并 等 于 上 下 里 中 内 外 前 后 最 更 很 一 一个 告诉 "
    "一下 介绍 关于 方面 叫 名字 做 进行 年 月 日 主要 多 多大 多高 有多大 是否 打算 将 "
    "将在 开始 属于 担任 曾 曾经 先后 其中 各 哪一 哪一年 哪年 教授 先生 中心 基地 机构 "
    "目前 现在 每 每年 大 小 地方 时间 情况".split()
)


# What is asked for, not what about.
FRAME = re.compile(
    "哪(?:些|个|家|位|种|几|一)?(?:方面|领域|地方|年|类|里|儿|个|家|位|项)?的?|什么(?:样的?|地方|时候)?|"
    "多少(?:个|名|家|位|项|种|次|篇|张)?|是否|有没有|主要|一共|总共|分别|请问|由谁|谁"
)
# What answers of a kind are about, for a question that says no more.
KIND_WORDS = {"place": "位于 地址", "person": "领导 主任", "date": "成立"}
# What pages of research centers say for them, beside what the dictionary says.
ALSO = {
    word: tuple(meanings.split("|"))
    for said, meanings in (
        ("主任 领导 负责 管理 主持 掌管 带领 牵头 负责人 领导人", "director|lead|head|direct"),
        (
            "成立 创立 创建 建立 设立 组建 创办",
            "found|establish|set up|inaugurate|approve|award|win",
        ),
        ("揭牌 揭幕 落成 启用 开业", "inaugurate|inauguration|open"),
        ("批准 获批 审批 认定", "approve|approval|award|win"),
        ("获得 得到 荣获 赢得 拥有", "receive|obtain|win|give|hold|have"),
        ("位于 位置 地点 坐落", "locate|location"),
        ("地址", "address|locate|location|street|road"),
        ("仪器 设备 装备 机器", "equipment|instrument|machine"),
        ("经费 资金 资助 拨款", "fund|funding|support|money"),
        ("目标 目的 宗旨 愿景", "aim|goal|purpose|hope|mission"),
        ("培养 培训", "train|teach"),
        ("合作 协作", "collaborate|cooperate|work with|partner"),
        ("方向 领域 课题", "area|field|direction|theme|aspect|line"),
        ("头衔 职务 职称 职位", "title|position|post"),
        ("聘用 招聘 雇用 招募", "hire|recruit|employ"),
        ("员工 人员 职工 成员", "people|staff|member|team"),
        ("工作站 工作室", "studio|station|workstation"),
        ("研究人员 科研人员 科学家", "researcher|scholar|scientist"),
        ("出席 参加", "attend|take part"),
        ("筹备 筹建", "preparation|prepare"),
        ("论文 文章 发表", "paper|publish|publication|appear"),
        ("附属", "affiliate|affiliated"),
        ("海外 国外 外国", "overseas|foreign|abroad"),
        ("头衔 称号", "title|talent"),
        ("期刊 杂志", "journal"),
        ("奖 奖项 奖励", "award|prize"),
        ("学科", "discipline"),
        ("平台", "platform|facility"),
        ("人才", "talent"),
    )
    for word in said.split()
}

# The surnames that 85 of 100 people in China have (Ministry of Public Security, 2020), some
# further ones, and both forms of each where they differ.
SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜"
    "叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶"
    "贺毛郝顾龚邵万覃武钱戴严莫孔向常应楼娄俞虞施葛柯倪裘盛劉陳楊黃趙吳孫馬鄭謝許韓鄧馮蕭"
    "葉蘇呂盧鐘譚陸賈鄒龍賀顧龔萬錢嚴應樓婁"
)
